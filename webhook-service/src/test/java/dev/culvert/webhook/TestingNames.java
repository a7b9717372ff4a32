package dev.culvert.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.security.Security;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.Stream;

/**
 * Name service of the test JVM: as the machine's, but for names that a test makes up. Registered under {@code
 * META-INF/services}, so the code under test looks names up as it does in production.
 */
public final class TestingNames extends InetAddressResolverProvider {
    private static final Map<String, Deque<String>> NAMES = new ConcurrentHashMap<>();

    /** Each look-up of the name answers the next of these addresses; the last one answers all that follow. */
    static void define(String name, String... addresses) {
        NAMES.put(name, new ConcurrentLinkedDeque<>(java.util.List.of(addresses)));
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        // Read by the JDK after the first look-up; a cached answer would hide that a name leads elsewhere now.
        Security.setProperty("networkaddress.cache.ttl", "0");
        InetAddressResolver machine = configuration.builtinResolver();
        return new InetAddressResolver() {
            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
                Deque<String> addresses = NAMES.get(host);
                if (addresses == null) {
                    return machine.lookupByName(host, policy);
                }
                String address = addresses.size() > 1 ? addresses.removeFirst() : addresses.getFirst();
                return Stream.of(InetAddress.getByAddress(
                        host, InetAddress.ofLiteral(address).getAddress()));
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                return machine.lookupByAddress(address);
            }
        };
    }

    @Override
    public String name() {
        return "names made up by tests";
    }
}
