package dev.culvert.gateway.resilience;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.micrometer.core.instrument.Counter;
import io.netty.channel.ChannelOption;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.DisposableChannel;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.tcp.TcpClient;

/** A service and how it has been lately. */
final class Upstream {
    private static final Logger log = LoggerFactory.getLogger(Upstream.class);
    private static final Duration TRY_AGAIN = Duration.ofSeconds(1);
    private static final int PROBE_TIMEOUT_MILLIS = 1000;

    private final String name;
    private final Replicas replicas;
    private final CircuitBreaker breaker;
    private final Bulkhead bulkhead;
    private final RetryBudget retries;
    private final Counter repeated;
    private final long probeNanos;
    private final TcpClient prober;
    private final AtomicLong probed = new AtomicLong(System.nanoTime());
    private volatile boolean refused;

    Upstream(
            String name,
            Replicas replicas,
            CircuitBreaker breaker,
            Bulkhead bulkhead,
            RetryBudget retries,
            Counter repeated,
            Duration probe) {
        this.name = name;
        this.replicas = replicas;
        this.breaker = breaker;
        this.bulkhead = bulkhead;
        this.retries = retries;
        this.repeated = repeated;
        this.probeNanos = probe.toNanos();
        this.prober = TcpClient.create(ConnectionProvider.newConnection())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, PROBE_TIMEOUT_MILLIS);
    }

    private static int port(URI address) {
        if (address.getPort() >= 0) {
            return address.getPort();
        }
        return "https".equals(address.getScheme()) ? 443 : 80;
    }

    Replicas replicas() {
        return replicas;
    }

    /** Lets a call through, or refuses it at once. */
    void admit() {
        if (!breaker.tryAcquirePermission()) {
            probe();
            throw new ProblemException(
                            ProblemCode.SERVICE_UNAVAILABLE,
                            "The " + name + " service has failed several times and is left alone for a moment.")
                    .withAlias("CIRCUIT_OPEN")
                    .withRetryAfter(TRY_AGAIN);
        }
    }

    /** Takes one of the places there are for calls under way; {@link #release()} gives it back. */
    void enter() {
        if (!bulkhead.tryAcquirePermission()) {
            throw new ProblemException(
                            ProblemCode.SERVICE_UNAVAILABLE,
                            "The " + name + " service is answering as many calls as it can.")
                    .withAlias("BULKHEAD_FULL")
                    .withRetryAfter(TRY_AGAIN);
        }
    }

    void release() {
        bulkhead.onComplete();
    }

    void answered(Replica replica, long nanos) {
        replica.answered();
        breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
        retries.earn();
    }

    /** It could not be reached, or broke off, or was too slow. */
    void failed(Replica replica, long nanos, Throwable failure) {
        boolean unreachable = nothingSent(failure);
        replicaFailed(replica, unreachable);
        if (replicas.anotherThan(replica)) {
            breaker.releasePermission(); // the service is there, and this address is dealt with by itself
            return;
        }
        refused = unreachable;
        boolean trial = breaker.getState() == State.HALF_OPEN;
        breaker.onError(nanos, TimeUnit.NANOSECONDS, failure);
        if (trial && breaker.getState() == State.HALF_OPEN) {
            breaker.transitionToOpenState(); // one failed trial is enough
        }
    }

    /** One of several addresses failed; whether it is left out for a while. */
    void replicaFailed(Replica replica, boolean refusedConnection) {
        if (replicas.several() && replica.failed(refusedConnection)) {
            log.atWarn()
                    .addKeyValue("upstream", name)
                    .addKeyValue("address", replica.address())
                    .log("An address of a service is left out for a while");
        }
    }

    /** The call came to no end for which the service can be blamed. */
    void forget() {
        breaker.releasePermission();
    }

    /**
     * Whether a call that failed at an address may be repeated. At another address that is there it may: that is no more than
     * the calls that were under way at the lost one.
     */
    boolean mayRepeat(Replica failed) {
        boolean allowed = breaker.getState() != State.OPEN && (replicas.anotherThan(failed) || retries.spend());
        if (allowed) {
            repeated.increment();
        }
        return allowed;
    }

    /** Whether the failure came before a single byte could be sent. */
    static boolean nothingSent(Throwable failure) {
        return failure instanceof ConnectException
                || failure instanceof NoRouteToHostException
                || failure instanceof UnknownHostException;
    }

    /** A service that was away and is back shows by taking connections: then there is no need to wait out the time. */
    private void probe() {
        long last = probed.get();
        long now = System.nanoTime();
        if (refused && breaker.getState() == State.OPEN && now - last > probeNanos && probed.compareAndSet(last, now)) {
            URI address = replicas.next().address();
            prober.host(address.getHost())
                    .port(port(address))
                    .connect()
                    .doOnNext(DisposableChannel::dispose)
                    .subscribe(_ -> triable(), _ -> stillAway());
        }
    }

    private void triable() {
        if (breaker.getState() == State.OPEN) {
            breaker.transitionToHalfOpenState();
        }
    }

    private static void stillAway() {
        // as before: the breaker stays open and the next call probes again
    }
}
