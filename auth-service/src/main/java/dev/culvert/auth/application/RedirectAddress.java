package dev.culvert.auth.application;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Rules for addresses an application may register (RFC 6749 §3.1.2, RFC 8252 §7): an absolute address without fragment,
 * user name or wildcard; https, http to this machine only, or a scheme of the application's own, which has a dot.
 */
final class RedirectAddress {
    private static final int LONGEST = 2000;
    private static final Pattern ASCII = Pattern.compile("[!-~]+");
    private static final Set<String> THIS_MACHINE = Set.of("127.0.0.1", "[::1]", "localhost");

    private RedirectAddress() {}

    /** Why the address cannot be registered; empty when it can. */
    static Optional<String> fault(String address) {
        if (address.length() > LONGEST) {
            return Optional.of("is longer than " + LONGEST + " characters");
        }
        if (!ASCII.matcher(address).matches()) {
            return Optional.of("has characters that addresses do not have; encode them");
        }
        try {
            return fault(new URI(address));
        } catch (URISyntaxException e) {
            return Optional.of("is not an address");
        }
    }

    private static Optional<String> fault(URI address) {
        if (!address.isAbsolute() || address.isOpaque()) {
            return Optional.of("is not an absolute address");
        }
        if (address.getRawFragment() != null) {
            return Optional.of("must not have a fragment");
        }
        if (address.getRawUserInfo() != null || address.toString().contains("*")) {
            return Optional.of("must not have a user name or a wildcard");
        }
        String scheme = address.getScheme().toLowerCase(Locale.ROOT);
        String host = address.getHost() == null ? "" : address.getHost().toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "https" -> host.isEmpty() ? Optional.of("needs a host") : Optional.empty();
            case "http" ->
                THIS_MACHINE.contains(host)
                        ? Optional.empty()
                        : Optional.of("must use https unless it is on the user's own machine");
            default ->
                scheme.contains(".")
                        ? Optional.empty()
                        : Optional.of("must use https, or a scheme like com.example.app");
        };
    }
}
