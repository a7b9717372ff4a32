package dev.culvert.gateway.call;

/**
 * The other end of the connection, as far as trusted proxies tell.
 *
 * @param address textual IP address of the client
 * @param limitKey what limits by address count: the IPv4 address, or the /64 network of an IPv6 address, since a client
 *     can use all addresses of its network
 * @param scheme {@code http} or {@code https}, as the client used it
 * @param host host and port the client asked for
 */
public record Client(String address, String limitKey, String scheme, String host) {}
