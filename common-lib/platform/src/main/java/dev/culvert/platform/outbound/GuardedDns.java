package dev.culvert.platform.outbound;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.apache.hc.client5.http.DnsResolver;

/** Makes the client connect to the addresses the guard has checked, and to no others. */
final class GuardedDns implements DnsResolver {
    private final AddressGuard guard;

    GuardedDns(AddressGuard guard) {
        this.guard = guard;
    }

    @Override
    public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
        return guard.resolve(host, port);
    }

    /** Without the port no exception for one port can be judged, so this form refuses whatever only such a one allows. */
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        return resolve(host, 0).stream().map(InetSocketAddress::getAddress).toArray(InetAddress[]::new);
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }
}
