package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Stage;
import java.util.List;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Runs filters one after another, then goes on with what follows. */
final class Stages implements WebFilter {
    private final List<Stage> stages;

    Stages(Stage... stages) {
        this.stages = List.of(stages);
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain rest) {
        return new From(0, rest).filter(exchange);
    }

    private final class From implements WebFilterChain {
        private final int index;
        private final WebFilterChain rest;

        From(int index, WebFilterChain rest) {
            this.index = index;
            this.rest = rest;
        }

        @Override
        public Mono<Void> filter(ServerWebExchange exchange) {
            return index == stages.size()
                    ? rest.filter(exchange)
                    : stages.get(index).filter(exchange, new From(index + 1, rest));
        }
    }
}
