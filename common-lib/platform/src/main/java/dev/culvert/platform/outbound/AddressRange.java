package dev.culvert.platform.outbound;

import java.net.InetAddress;

/** A block of IP addresses in CIDR notation. */
public record AddressRange(byte[] network, int prefixLength) {

    /**
     * Parses {@code 10.0.0.0/8} or a single address; never asks a name server.
     *
     * @throws IllegalArgumentException when it is neither
     */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        byte[] network = literal(slash < 0 ? text : text.substring(0, slash));
        int bits = network.length * Byte.SIZE;
        int prefixLength;
        try {
            prefixLength = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("Not a range of addresses: " + text, e);
        }
        if (prefixLength < 0 || prefixLength > bits) {
            throw new IllegalArgumentException("Not a range of addresses: " + text);
        }
        return new AddressRange(network, prefixLength);
    }

    /** Whether the address lies in the block; an IPv4 address is in no IPv6 block. */
    public boolean contains(InetAddress address) {
        return contains(address.getAddress());
    }

    boolean contains(byte[] address) {
        if (address.length != network.length) {
            return false;
        }
        int whole = prefixLength / Byte.SIZE;
        for (int i = 0; i < whole; i++) {
            if (address[i] != network[i]) {
                return false;
            }
        }
        int rest = prefixLength % Byte.SIZE;
        return rest == 0
                || (address[whole] & 0xff) >> (Byte.SIZE - rest) == (network[whole] & 0xff) >> (Byte.SIZE - rest);
    }

    private static byte[] literal(String text) {
        try {
            return InetAddress.ofLiteral(text).getAddress();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Not an IP address: " + text, e);
        }
    }
}
