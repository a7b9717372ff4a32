package dev.culvert.platform.outbound;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * An address that a user gave and that has the right form. Whether its host may be called is decided at each connection.
 *
 * @param uri absolute, http or https, with a host, without user information and fragment
 */
public record OutboundUrl(URI uri) {
    private static final int MAX_LENGTH = 2048;
    private static final int MAX_PORT = 65_535;

    /**
     * Checks the form of an address.
     *
     * @throws ProblemException {@link ProblemCode#VALIDATION_ERROR} with a sentence that says what is wrong
     */
    public static OutboundUrl parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw wrong("The URL must have at most " + MAX_LENGTH + " characters.");
        }
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw wrong("The URL is not well-formed.");
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw wrong("The URL must start with https:// or http://.");
        }
        if (uri.getHost() == null || uri.getHost().isEmpty()) {
            throw wrong("The URL needs a host.");
        }
        if (uri.getRawUserInfo() != null) {
            throw wrong("The URL must not contain a user name or password.");
        }
        if (uri.getRawFragment() != null) {
            throw wrong("The URL must not contain a fragment (#…).");
        }
        if (uri.getPort() == 0 || uri.getPort() > MAX_PORT) {
            throw wrong("The URL's port must be between 1 and " + MAX_PORT + ".");
        }
        return new OutboundUrl(uri);
    }

    public boolean secure() {
        return "https".equalsIgnoreCase(uri.getScheme());
    }

    /** The port that is connected to, also where the URL names none. */
    public int port() {
        if (uri.getPort() > 0) {
            return uri.getPort();
        }
        return secure() ? 443 : 80;
    }

    /** The host without the brackets of an IPv6 literal. */
    public String host() {
        String host = uri.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static ProblemException wrong(String detail) {
        return new ProblemException(ProblemCode.VALIDATION_ERROR, detail);
    }
}
