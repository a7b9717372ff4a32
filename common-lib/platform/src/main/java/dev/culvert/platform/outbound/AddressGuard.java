package dev.culvert.platform.outbound;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Decides whether an address may be called on behalf of a user. Everything in the IANA special-purpose address registries
 * (loopback, private, link-local, shared, documentation, translation, multicast …) is refused, for IPv6 everything
 * outside global unicast too, unless the operator allows it. Thread-safe.
 */
public final class AddressGuard {
    private static final List<AddressRange> SPECIAL = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.31.196.0/24",
                    "192.52.193.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "192.175.48.0/24",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/4",
                    "240.0.0.0/4",
                    // Inside global unicast: protocol assignments with Teredo, documentation, 6to4 (which embeds IPv4).
                    "2001::/23",
                    "2001:db8::/32",
                    "2002::/16",
                    "2620:4f:8000::/48",
                    "3fff::/20")
            .map(AddressRange::parse)
            .toList();
    private static final AddressRange GLOBAL_UNICAST = AddressRange.parse("2000::/3");
    private static final int IPV4_BYTES = 4;

    private final List<Allowed> allowed;

    private record Allowed(AddressRange range, OptionalInt port) {
        boolean covers(byte[] address, int port) {
            return range.contains(address) && (this.port.isEmpty() || this.port.getAsInt() == port);
        }
    }

    /**
     * @param allowed exceptions: {@code 10.0.0.0/8}, {@code 127.0.0.1:8090}, {@code [::1]:8090}
     * @throws IllegalArgumentException naming the entry that cannot be read
     */
    public AddressGuard(List<String> allowed) {
        this.allowed = allowed.stream()
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .map(AddressGuard::parse)
                .toList();
    }

    /**
     * Lets a public or allowed address pass.
     *
     * @throws RefusedAddressException otherwise
     */
    public void check(InetAddress address, int port) {
        byte[] bytes = address.getAddress();
        if (isSpecial(bytes) && !isAllowed(bytes, port)) {
            throw new RefusedAddressException(
                    "The host resolves to an address that is not public; use a public one or ask the operator to allow it.");
        }
    }

    /**
     * The addresses of a host, each checked: connect to these and ask nobody again, then a name that answers differently a
     * moment later changes nothing (DNS rebinding). Blocks while the operating system looks the name up.
     *
     * @throws UnknownHostException when there is no such host
     * @throws RefusedAddressException when one of its addresses may not be called
     */
    public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
        List<InetSocketAddress> addresses = Arrays.stream(InetAddress.getAllByName(host))
                .map(address -> new InetSocketAddress(address, port))
                .toList();
        addresses.forEach(address -> check(address.getAddress(), port));
        return addresses;
    }

    /** Whether the operator allowed the address by name; such targets may be called without TLS. */
    public boolean isAllowed(InetAddress address, int port) {
        return isAllowed(address.getAddress(), port);
    }

    private boolean isAllowed(byte[] address, int port) {
        return allowed.stream().anyMatch(exception -> exception.covers(address, port));
    }

    private static boolean isSpecial(byte[] address) {
        if (address.length != IPV4_BYTES && !GLOBAL_UNICAST.contains(address)) {
            return true;
        }
        return SPECIAL.stream().anyMatch(range -> range.contains(address));
    }

    private static Allowed parse(String entry) {
        if (entry.indexOf('/') < 0) {
            int colon = entry.lastIndexOf(':');
            boolean bracketed = entry.startsWith("[");
            if (bracketed ? entry.charAt(Math.max(0, colon - 1)) == ']' : colon >= 0 && entry.indexOf(':') == colon) {
                String host = bracketed ? entry.substring(1, colon - 1) : entry.substring(0, colon);
                return new Allowed(
                        AddressRange.parse(host), OptionalInt.of(Integer.parseInt(entry.substring(colon + 1))));
            }
        }
        return new Allowed(AddressRange.parse(entry), OptionalInt.empty());
    }
}
