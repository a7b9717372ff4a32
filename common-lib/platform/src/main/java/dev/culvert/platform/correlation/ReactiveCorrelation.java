package dev.culvert.platform.correlation;

import org.springframework.web.server.ServerWebExchange;

/** The correlation id of a WebFlux exchange. */
public final class ReactiveCorrelation {
    private static final String ATTRIBUTE = ReactiveCorrelation.class.getName();

    private ReactiveCorrelation() {}

    /** The exchange's id; taken from its header, or made, when asked for the first time. */
    public static String of(ServerWebExchange exchange) {
        return (String) exchange.getAttributes()
                .computeIfAbsent(
                        ATTRIBUTE,
                        _ -> Correlation.accept(
                                exchange.getRequest().getHeaders().getFirst(Correlation.HEADER)));
    }
}
