package dev.culvert.gateway.live;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Identity;
import dev.culvert.gateway.identity.IdentityStatus;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.reactive.socket.server.upgrade.ReactorNettyRequestUpgradeStrategy;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code GET /api/v1/live}: news of the caller's own tunnels and proxies (requirement NF5.2), as server-sent events or, for
 * who asks for an upgrade, as one JSON message each over a WebSocket. A reader who lost its connection says what it saw last
 * in {@code Last-Event-ID} (or {@code ?last-event-id=}) and gets what it missed; some may come twice, told by their ids. If
 * that is no longer known, the first event is {@code reset}: read the lists anew. The channel ends with the token, the
 * session or the key it was opened with.
 */
@Configuration(proxyBeanMethods = false)
class LiveChannel {
    private static final String PATH = "/api/v1/live";
    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final int BEFORE_ROUTES = -2;

    private final NewsDesk desk;
    private final LiveProperties properties;
    private final IdentityStatus identities;
    private final JsonMapper json;
    private final Clock clock;

    LiveChannel(NewsDesk desk, LiveProperties properties, IdentityStatus identities, JsonMapper json, Clock clock) {
        this.desk = desk;
        this.properties = properties;
        this.identities = identities;
        this.json = json;
        this.clock = clock;
    }

    /** What goes over the channel; without id it is a sign of life or a reset. */
    private record Message(Optional<String> id, String type, Optional<String> data) {
        static Message of(News news) {
            return new Message(Optional.of(news.id()), news.type(), Optional.of(news.data()));
        }

        static Message plain(String type) {
            return new Message(Optional.empty(), type, Optional.empty());
        }
    }

    @Bean
    RouterFunction<ServerResponse> liveEvents() {
        return RouterFunctions.route()
                .route(RequestPredicates.GET(PATH).and(request -> !isUpgrade(request.exchange())), this::events)
                .build();
    }

    /** The WebSocket side; only for requests that ask for it, so the others find the route above. */
    @Bean
    SimpleUrlHandlerMapping liveSockets() {
        WebSocketService sockets = new HandshakeWebSocketService(new ReactorNettyRequestUpgradeStrategy());
        SimpleUrlHandlerMapping mapping = new SimpleUrlHandlerMapping(
                Map.of(PATH, (WebHandler) exchange -> {
                    Flux<Message> messages = messages(exchange);
                    return sockets.handleRequest(exchange, socket(messages));
                }),
                BEFORE_ROUTES);
        mapping.setHandlerPredicate((_, exchange) -> isUpgrade(exchange));
        return mapping;
    }

    private static boolean isUpgrade(ServerWebExchange exchange) {
        return "websocket".equalsIgnoreCase(exchange.getRequest().getHeaders().getUpgrade());
    }

    private Mono<ServerResponse> events(ServerRequest request) {
        Flux<ServerSentEvent<String>> events = messages(request.exchange()).map(LiveChannel::event);
        return ServerResponse.ok()
                .contentType(MediaType.TEXT_EVENT_STREAM)
                .cacheControl(CacheControl.noStore())
                .header("X-Accel-Buffering", "no")
                .body(BodyInserters.fromServerSentEvents(events));
    }

    private static ServerSentEvent<String> event(Message message) {
        ServerSentEvent.Builder<String> event = ServerSentEvent.builder();
        if (message.type().equals("heartbeat")) {
            return event.comment("alive").build();
        }
        message.id().ifPresent(event::id);
        return event.event(message.type()).data(message.data().orElse("{}")).build();
    }

    private WebSocketHandler socket(Flux<Message> messages) {
        return new WebSocketHandler() {
            @Override
            public Mono<Void> handle(WebSocketSession session) {
                Mono<Void> gone =
                        session.receive().then(); // what the client says is not listened to, but pongs come here
                return session.send(
                                messages.takeUntilOther(gone.onErrorComplete().thenReturn(true))
                                        .map(message -> session.textMessage(text(message))))
                        .then(session.close());
            }
        };
    }

    private String text(Message message) {
        var text = json.createObjectNode();
        message.id().ifPresent(id -> text.put("id", id));
        text.put("type", message.type());
        message.data().ifPresent(data -> text.set("data", json.readTree(data)));
        return json.writeValueAsString(text);
    }

    private Flux<Message> messages(ServerWebExchange exchange) {
        Identity identity = Call.of(exchange).identity().orElseThrow();
        boolean tunnels = identity.caller().hasScope(Scope.TUNNELS_READ);
        boolean proxies = identity.caller().hasScope(Scope.PROXIES_READ);
        if (!tunnels && !proxies) {
            throw new ProblemException(
                    ProblemCode.FORBIDDEN, "This needs the scope tunnels:read or proxies:read, or both.");
        }
        Optional<String> last = Optional.ofNullable(
                        exchange.getRequest().getHeaders().getFirst(LAST_EVENT_ID))
                .or(() -> Optional.ofNullable(
                        exchange.getRequest().getQueryParams().getFirst("last-event-id")));
        Duration left = Duration.between(clock.instant(), identity.expiresAt());
        return Flux.using(
                        () -> desk.subscribe(
                                identity.caller().userId(),
                                news -> news.scope().equals(Scope.TUNNELS_READ) ? tunnels : proxies,
                                last),
                        subscription -> told(subscription, identity),
                        subscription -> subscription.end().run()) // also of who leaves before anything came
                .take(left.isNegative() ? Duration.ZERO : left);
    }

    private Flux<Message> told(NewsDesk.Subscription subscription, Identity identity) {
        Flux<Message> first = subscription.gap()
                ? Flux.just(Message.plain("reset"))
                : Flux.fromIterable(subscription.missed()).map(Message::of);
        Flux<Message> beats = Flux.interval(Duration.ZERO, properties.heartbeat())
                .onBackpressureDrop()
                .takeWhile(_ -> !identities.revoked(identity))
                .map(_ -> Message.plain("heartbeat"));
        return first.concatWith(beats.materialize()
                .mergeWith(subscription.coming().map(Message::of).materialize())
                .dematerialize());
    }
}
