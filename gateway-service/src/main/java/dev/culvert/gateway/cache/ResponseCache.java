package dev.culvert.gateway.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.cache.Flight.Outcome;
import dev.culvert.gateway.cache.Flight.Source;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Client;
import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.call.Stage;
import dev.culvert.platform.problem.ProblemException;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * A shared cache for answers to anonymous calls (RFC 9111; requirements S4.35, S4.36), which joins equal calls that are
 * under way at once. Calls with a credential or a cookie pass by: their answers belong to one caller. See {@link
 * CachePolicy} for what is kept, {@link Flight} for what is joined.
 */
@Component
public final class ResponseCache implements Stage {
    /** Calls that differ in one of these are not taken for equal, even before it is known whether the service minds. */
    private static final List<String> SELECTING =
            List.of(HttpHeaders.ACCEPT, HttpHeaders.ACCEPT_ENCODING, HttpHeaders.ACCEPT_LANGUAGE, HttpHeaders.ORIGIN);

    /** What makes an answer one caller's own, or only a part of one. */
    private static final List<String> PERSONAL = List.of(
            HttpHeaders.AUTHORIZATION,
            HeaderNames.API_KEY,
            HttpHeaders.COOKIE,
            HttpHeaders.RANGE,
            HttpHeaders.IF_RANGE,
            HttpHeaders.IF_MATCH,
            HttpHeaders.IF_UNMODIFIED_SINCE,
            HttpHeaders.UPGRADE);

    private static final int FIRST_FAILURE = 400;

    private final CacheProperties properties;
    private final KeptAnswers kept;
    private final CacheFetch fetch;
    private final CachedAnswerWriter writer;
    private final Clock clock;
    private final ConcurrentMap<String, Flight> flights = new ConcurrentHashMap<>();
    private final Cache<String, Boolean> unshareable;

    ResponseCache(
            CacheProperties properties, KeptAnswers kept, CacheFetch fetch, CachedAnswerWriter writer, Clock clock) {
        this.properties = properties;
        this.kept = kept;
        this.fetch = fetch;
        this.writer = writer;
        this.clock = clock;
        this.unshareable = Caffeine.newBuilder()
                .maximumSize(10_000)
                .expireAfterWrite(properties.uncacheableMemory())
                .build();
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        Call call = Call.of(exchange);
        if (!properties.enabled()
                || !call.destination().open()
                || call.destination().plane() != Plane.API
                || call.identity().isPresent()) {
            return chain.filter(exchange);
        }
        HttpMethod method = exchange.getRequest().getMethod();
        HttpHeaders headers = exchange.getRequest().getHeaders();
        if (!HttpMethod.GET.equals(method) && !HttpMethod.HEAD.equals(method)) {
            return HttpMethod.OPTIONS.equals(method) ? chain.filter(exchange) : change(exchange, chain);
        }
        Directives wishes = Directives.parse(headers.getOrEmpty(HttpHeaders.CACHE_CONTROL));
        if (wishes.has("no-store") || PERSONAL.stream().anyMatch(headers::containsHeader)) {
            return chain.filter(exchange);
        }
        return HttpMethod.GET.equals(method) ? get(exchange, chain, wishes) : head(exchange, chain, wishes);
    }

    /**
     * What was kept of an address that has been changed no longer holds (RFC 9111 §4.4), from before whoever changed it hears of
     * it.
     */
    private Mono<Void> change(ServerWebExchange exchange, WebFilterChain chain) {
        exchange.getResponse().beforeCommit(() -> {
            HttpStatusCode status = exchange.getResponse().getStatusCode();
            if (status == null || status.value() < FIRST_FAILURE) {
                kept.forget(address(exchange));
            }
            return Mono.empty();
        });
        return chain.filter(exchange);
    }

    private Mono<Void> head(ServerWebExchange exchange, WebFilterChain chain, Directives wishes) {
        return kept.findHere(address(exchange), exchange.getRequest().getHeaders())
                .filter(answer -> satisfies(answer, wishes))
                .map(answer -> writer.write(Outcome.of(answer, Source.HIT), false, exchange)
                        .orElseGet(() -> chain.filter(exchange)))
                .orElseGet(() -> chain.filter(exchange));
    }

    private Mono<Void> get(ServerWebExchange exchange, WebFilterChain chain, Directives wishes) {
        String address = address(exchange);
        HttpHeaders headers = exchange.getRequest().getHeaders();
        Optional<Stored.Answer> here = kept.findHere(address, headers).filter(answer -> satisfies(answer, wishes));
        if (here.isPresent()) {
            return writer.write(Outcome.of(here.get(), Source.HIT), false, exchange)
                    .orElseGet(() -> chain.filter(exchange));
        }
        if (wishes.has("only-if-cached")) {
            return kept.find(address, headers)
                    .filter(answer -> satisfies(answer, wishes))
                    .switchIfEmpty(Mono.error(() -> new ProblemException(
                            ProblemCode.REQUEST_TIMEOUT, "Nothing is kept for this address, as only-if-cached wants.")))
                    .flatMap(answer -> writer.write(Outcome.of(answer, Source.HIT), false, exchange)
                            .orElseGet(Mono::empty));
        }
        StringBuilder equal = new StringBuilder(address);
        SELECTING.forEach(name -> equal.append('\n').append(KeptAnswers.selecting(name, headers)));
        return join(exchange, chain, new Question(address, equal.toString(), wishes), false);
    }

    /**
     * What is asked.
     *
     * @param address method apart, what an answer is kept under
     * @param equal the same for all calls that can be joined
     */
    record Question(String address, String equal, Directives wishes) {}

    private Mono<Void> join(ServerWebExchange exchange, WebFilterChain chain, Question question, boolean again) {
        if (unshareable.getIfPresent(question.equal()) != null) {
            return chain.filter(exchange);
        }
        HttpHeaders headers = exchange.getRequest().getHeaders();
        return Mono.defer(() -> {
            Flight flight;
            do {
                flight = flights.computeIfAbsent(
                        question.equal(), key -> new Flight(headers, landed -> flights.remove(key, landed)));
            } while (!flight.board());
            Flight joined = flight;
            boolean first = joined.start();
            if (first) {
                joined.runs(
                        fetch.start(joined, exchange, chain, question, answer -> satisfies(answer, question.wishes())));
            }
            return joined.outcome()
                    .flatMap(outcome -> receive(outcome, joined, first, again, exchange, chain, question))
                    .onErrorResume(
                            failure ->
                                    !first && !again && !exchange.getResponse().isCommitted(),
                            _ -> join(exchange, chain, question, true))
                    .doFinally(_ -> joined.leave());
        });
    }

    private Mono<Void> receive(
            Outcome outcome,
            Flight flight,
            boolean first,
            boolean again,
            ServerWebExchange exchange,
            WebFilterChain chain,
            Question question) {
        if (!outcome.shared() && !outcome.failed()) {
            unshareable.put(question.equal(), true);
        }
        if (!first) {
            if (outcome.failed() && !again) {
                return join(exchange, chain, question, true);
            }
            boolean suits = outcome.failed() || outcome.shared();
            if (!suits || !flight.suits(outcome.head(), exchange.getRequest().getHeaders())) {
                return chain.filter(exchange);
            }
        }
        return writer.write(outcome, !first, exchange)
                .orElseGet(() -> first
                        ? Mono.error(new IllegalStateException("The one who came first came too late"))
                        : chain.filter(exchange));
    }

    /** Whether a kept answer can be given without asking the service (RFC 9111 §4, §5.2.1). */
    private boolean satisfies(Stored.Answer answer, Directives wishes) {
        long now = clock.millis();
        if (!answer.isFresh(now) || wishes.has("no-cache")) {
            return false;
        }
        OptionalLong oldest = wishes.seconds("max-age");
        OptionalLong left = wishes.seconds("min-fresh");
        return (oldest.isEmpty() || answer.ageSeconds(now) <= oldest.getAsLong())
                && (left.isEmpty() || answer.ttlSeconds(now) >= left.getAsLong());
    }

    private static String address(ServerWebExchange exchange) {
        Client client = Call.of(exchange).client();
        URI uri = exchange.getRequest().getURI();
        String path = uri.getRawQuery() == null ? uri.getRawPath() : uri.getRawPath() + '?' + uri.getRawQuery();
        return client.scheme() + "://" + client.host() + path;
    }
}
