package dev.culvert.gateway.call;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;

/**
 * One request on its way through the gateway: what the stages found out, for the stages after them. One object per
 * request instead of a dozen exchange attributes. Used by one stage at a time, so not synchronised.
 */
public final class Call {
    private static final String ATTRIBUTE = Call.class.getName();

    private final Destination destination;
    private final Client client;
    private final String correlationId;
    private final String traceparent;
    private final long startedNanos = System.nanoTime();
    private @Nullable Identity identity;
    private @Nullable String credentialHeader;

    /**
     * A request that has just arrived.
     *
     * @param traceparent W3C trace context to hand on
     */
    public Call(Destination destination, Client client, String correlationId, String traceparent) {
        this.destination = destination;
        this.client = client;
        this.correlationId = correlationId;
        this.traceparent = traceparent;
    }

    /** The call an exchange belongs to; the first stage attaches it. */
    public static Call of(ServerWebExchange exchange) {
        return exchange.getRequiredAttribute(ATTRIBUTE);
    }

    public void attachTo(ServerWebExchange exchange) {
        exchange.getAttributes().put(ATTRIBUTE, this);
    }

    /** The caller is known; {@code credentialHeader} names the header that proved it and must not travel further. */
    public void identify(Identity verified, String credentialHeader) {
        this.identity = verified;
        this.credentialHeader = credentialHeader;
    }

    public Destination destination() {
        return destination;
    }

    public Client client() {
        return client;
    }

    public String correlationId() {
        return correlationId;
    }

    public String traceparent() {
        return traceparent;
    }

    /** Who is calling; empty for anonymous callers and before the identity stage. */
    public Optional<Identity> identity() {
        return Optional.ofNullable(identity);
    }

    /** Header that carried the credential of {@link #identity()}. */
    public Optional<String> credentialHeader() {
        return Optional.ofNullable(credentialHeader);
    }

    public long elapsedNanos() {
        return System.nanoTime() - startedNanos;
    }
}
