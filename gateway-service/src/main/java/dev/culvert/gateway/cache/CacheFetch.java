package dev.culvert.gateway.cache;

import dev.culvert.gateway.cache.CachePolicy.Life;
import dev.culvert.gateway.cache.Flight.Outcome;
import dev.culvert.gateway.cache.Flight.Source;
import dev.culvert.gateway.cache.ResponseCache.Question;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Brings an answer for a {@link Flight}: from Redis, or from the service, which is asked whether what is kept still holds. */
@Component
final class CacheFetch {
    private static final int NOT_MODIFIED = 304;
    private static final int FIRST_FAILURE = 500;

    private final CacheProperties properties;
    private final CachePolicy policy;
    private final KeptAnswers kept;
    private final Clock clock;

    CacheFetch(CacheProperties properties, KeptAnswers kept, Clock clock) {
        this.properties = properties;
        this.policy = new CachePolicy(properties);
        this.kept = kept;
        this.clock = clock;
    }

    /**
     * Starts.
     *
     * @param exchange of the one who came first; only its request is used
     * @param good whether a kept answer need not be checked
     */
    Disposable start(
            Flight flight,
            ServerWebExchange exchange,
            WebFilterChain chain,
            Question question,
            Predicate<Stored.Answer> good) {
        return kept.find(question.address(), exchange.getRequest().getHeaders())
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMap(known -> {
                    if (known.filter(good).isPresent()) {
                        flight.decide(Outcome.of(known.get(), Source.HIT));
                        flight.over();
                        return Mono.empty();
                    }
                    return ask(new Landing(flight, exchange, question, known), exchange, chain);
                })
                .subscribe(_ -> {}, flight::fail);
    }

    private Mono<Void> ask(Landing landing, ServerWebExchange exchange, WebFilterChain chain) {
        ServerWebExchange detached = exchange.mutate()
                .request(request(exchange.getRequest(), landing.known))
                .response(new FlightResponse(landing, properties.maxAnswer().toBytes()))
                .build();
        return chain.filter(detached).doOnSuccess(_ -> landing.ended()).onErrorResume(landing::failed);
    }

    /** Without body, and without the conditions of the one who came first: the answer is for all. */
    private static ServerHttpRequest request(ServerHttpRequest request, Optional<Stored.Answer> known) {
        HttpHeaders headers = new HttpHeaders();
        headers.addAll(request.getHeaders());
        headers.remove(HttpHeaders.IF_NONE_MATCH);
        headers.remove(HttpHeaders.IF_MODIFIED_SINCE);
        headers.remove(HttpHeaders.CONTENT_LENGTH);
        headers.remove(HttpHeaders.TRANSFER_ENCODING);
        known.map(Stored.Answer::head).ifPresent(head -> {
            head.first(HttpHeaders.ETAG).ifPresent(tag -> headers.set(HttpHeaders.IF_NONE_MATCH, tag));
            head.first(HttpHeaders.LAST_MODIFIED).ifPresent(date -> headers.set(HttpHeaders.IF_MODIFIED_SINCE, date));
        });
        return new ServerHttpRequestDecorator(request) {
            @Override
            public HttpHeaders getHeaders() {
                return headers;
            }

            @Override
            public Flux<DataBuffer> getBody() {
                return Flux.empty();
            }
        };
    }

    /** What becomes of the service's answer. */
    private final class Landing implements FlightResponse.HeadListener {
        private final Flight flight;
        private final HttpHeaders headers;
        private final String path;
        private final Question question;
        private final Optional<Stored.Answer> known;
        private @Nullable Head head;
        private Optional<Life> life = Optional.empty();
        private boolean decided;

        Landing(Flight flight, ServerWebExchange exchange, Question question, Optional<Stored.Answer> known) {
            this.flight = flight;
            this.headers = exchange.getRequest().getHeaders();
            this.path = exchange.getRequest().getURI().getRawPath();
            this.question = question;
            this.known = known;
        }

        @Override
        public void arrived(Head arrived, SharedBody body) {
            decided = true;
            if (known.isPresent() && arrived.status() == NOT_MODIFIED) {
                renew(known.get(), arrived);
            } else if (arrived.status() >= FIRST_FAILURE && standsIn()) {
                flight.keep(false); // the failure's body is not read
            } else {
                head = arrived;
                life = policy.life(arrived, path, clock.instant());
                flight.keep(life.isPresent());
                boolean shared = policy.mayShare(arrived);
                flight.decide(new Outcome(
                        arrived, body, known.isPresent() ? Source.REPLACED : Source.MISS, Optional.empty(), shared));
                if (!shared) {
                    flight.over();
                }
            }
        }

        private void renew(Stored.Answer before, Head notModified) {
            Head renewed = before.head().renewedBy(notModified);
            Stored.Answer answer = policy.life(renewed, path, clock.instant())
                    .map(anew -> answer(renewed, before.body(), anew))
                    .orElse(before);
            kept.keep(question.address(), headers, answer);
            flight.decide(Outcome.of(answer, Source.RENEWED));
            flight.over();
        }

        private boolean standsIn() {
            Optional<Stored.Answer> substitute = known.filter(answer -> answer.mayStandIn(clock.millis()));
            substitute.ifPresent(answer -> {
                flight.decide(Outcome.of(answer, Source.STOOD_IN));
                flight.over();
            });
            return substitute.isPresent();
        }

        @Override
        public void completed(SharedBody body) {
            flight.over();
            if (head != null && life.isPresent()) {
                Head complete = head;
                body.bytes()
                        .filter(bytes -> isWhole(complete, bytes))
                        .ifPresent(bytes -> kept.keep(
                                question.address(), headers, answer(complete.kept(), bytes, life.orElseThrow())));
            }
        }

        @Override
        public void outgrew(SharedBody body) {
            flight.over();
            body.close();
            flight.keep(false);
        }

        /** The way ended. Without an answer, which no filter should do, that is a failure. */
        void ended() {
            if (!decided) {
                flight.fail(new IllegalStateException("The call ended without an answer"));
            }
        }

        Mono<Void> failed(Throwable failure) {
            if (decided || !standsIn()) {
                flight.fail(failure); // once decided, the body tells its readers
            }
            return Mono.empty();
        }

        private static Stored.Answer answer(Head head, byte[] body, Life life) {
            return new Stored.Answer(head, body, life.bornMillis(), life.freshMillis(), life.staleMillis());
        }

        private static boolean isWhole(Head head, byte[] body) {
            return head.first(HttpHeaders.CONTENT_LENGTH)
                    .map(length -> length.equals(Integer.toString(body.length)))
                    .orElse(true);
        }
    }
}
