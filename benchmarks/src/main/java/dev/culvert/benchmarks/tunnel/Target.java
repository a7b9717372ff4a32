package dev.culvert.benchmarks.tunnel;

import java.net.URI;

/**
 * One of the ways to the local service.
 *
 * @param name for the table
 * @param address where it begins
 * @param prefix of all paths
 * @param credential header lines that open it, each with its line end
 */
record Target(String name, URI address, String prefix, String credential) {
    /** A way that needs no credential. */
    static Target open(String name, URI address) {
        return new Target(name, address, "", "");
    }

    /** A request without body, whose connection stays. */
    String request(String path) {
        return head("GET", path) + "\r\n";
    }

    /** The lines of a request's head, without the empty one that ends it. */
    String head(String method, String path) {
        return method + " " + prefix + path + " HTTP/1.1\r\nHost: " + address.getAuthority()
                + "\r\nUser-Agent: culvert-benchmarks\r\n" + credential;
    }
}
