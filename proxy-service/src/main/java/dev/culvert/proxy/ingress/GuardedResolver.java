package dev.culvert.proxy.ingress;

import dev.culvert.platform.outbound.AddressGuard;
import io.netty.resolver.AbstractAddressResolver;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * Finds the addresses of a host that a user wrote and lets a connection be made only to one that was checked. Every
 * address of the host must pass, numeric hosts are checked like any other, and what was checked is what is connected to: a
 * name that answers differently a moment later changes nothing.
 */
@Component
final class GuardedResolver extends AddressResolverGroup<InetSocketAddress> {
    private final AddressGuard guard;

    GuardedResolver(AddressGuard guard) {
        this.guard = guard;
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new Resolver(executor);
    }

    private final class Resolver extends AbstractAddressResolver<InetSocketAddress> {
        Resolver(EventExecutor executor) {
            super(executor, InetSocketAddress.class);
        }

        /** Never: a numeric host arrives here resolved and is to be checked all the same. */
        @Override
        protected boolean doIsResolved(InetSocketAddress address) {
            return false;
        }

        @Override
        protected void doResolve(InetSocketAddress address, Promise<InetSocketAddress> promise) {
            onVirtualThread(promise, () -> checked(address).getFirst());
        }

        @Override
        protected void doResolveAll(InetSocketAddress address, Promise<List<InetSocketAddress>> promise) {
            onVirtualThread(promise, () -> checked(address));
        }
    }

    private interface Lookup<T> {
        T get() throws UnknownHostException;
    }

    /** Asking the operating system for a name blocks. */
    private static <T> void onVirtualThread(Promise<T> promise, Lookup<T> lookup) {
        Thread.ofVirtual().name("resolve").start(() -> {
            try {
                promise.trySuccess(lookup.get());
            } catch (UnknownHostException | RuntimeException e) {
                promise.tryFailure(e);
            }
        });
    }

    private List<InetSocketAddress> checked(InetSocketAddress target) throws UnknownHostException {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (InetAddress address : InetAddress.getAllByName(target.getHostString())) {
            guard.check(address, target.getPort());
            addresses.add(new InetSocketAddress(address, target.getPort()));
        }
        return addresses;
    }
}
