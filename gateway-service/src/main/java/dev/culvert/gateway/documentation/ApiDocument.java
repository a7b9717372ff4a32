package dev.culvert.gateway.documentation;

import dev.culvert.gateway.compression.PackedContent;
import dev.culvert.gateway.routing.RoutingProperties;
import dev.culvert.platform.caller.CallerProperties;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The API of the whole suite as it runs now: the documents of all services that answer, with the gateway's own. A service
 * that does not answer is named in {@code info.x-unavailable-services}, so that a gap is not taken for the truth.
 */
@Component
final class ApiDocument {
    private static final Logger log = LoggerFactory.getLogger(ApiDocument.class);
    /** A service that has just started makes its first description of thousands of classes it has not loaded yet. */
    private static final Duration DEADLINE = Duration.ofSeconds(15);

    private static final Duration REMEMBERED = Duration.ofSeconds(30);
    private static final Duration REMEMBERED_WITH_GAPS = Duration.ofSeconds(2);
    private static final int OK = 200;
    private static final String DEVELOPMENT = "http://127.0.0.1:8080";

    private final JsonMapper json;
    private final HttpClient client;
    private final JsonNode own;
    private final String publicUrl;
    private final Mono<Assembled> assembled;

    private record Fetched(String service, Optional<JsonNode> document) {}

    private record Assembled(PackedContent content, boolean complete) {}

    ApiDocument(RoutingProperties routing, CallerProperties caller, JsonMapper json, HttpClient client) {
        this.json = json;
        this.client = client;
        this.own = read(json);
        this.publicUrl = caller.issuer();
        SortedMap<String, List<URI>> services = routing.apiServices();
        assembled = Flux.fromIterable(services.entrySet())
                .flatMapSequential(this::fetch)
                .collectList()
                .map(this::assemble)
                .cache(
                        document -> document.complete() ? REMEMBERED : REMEMBERED_WITH_GAPS,
                        _ -> Duration.ZERO,
                        () -> Duration.ZERO);
    }

    /** The document as JSON. */
    Mono<PackedContent> content() {
        return assembled.map(Assembled::content);
    }

    private Mono<Fetched> fetch(Map.Entry<String, List<URI>> service) {
        return Flux.fromIterable(service.getValue())
                .concatMapDelayError(this::fetch)
                .next() // of several, the first that answers
                .map(document -> new Fetched(service.getKey(), Optional.of(document)))
                .onErrorResume(failure -> {
                    log.atWarn()
                            .addKeyValue("upstream", service.getKey())
                            .addKeyValue("reason", failure.toString())
                            .log("The API description of a service cannot be read");
                    return Mono.just(new Fetched(service.getKey(), Optional.empty()));
                });
    }

    private Mono<JsonNode> fetch(URI address) {
        return client.get()
                .uri(address.resolve("/v3/api-docs").toString())
                .responseSingle((response, body) -> response.status().code() == OK
                        ? body.asByteArray()
                        : Mono.error(new IOException("Status " + response.status())))
                .timeout(DEADLINE)
                .map(json::readTree);
    }

    private Assembled assemble(List<Fetched> all) {
        OpenApiMerge merge = new OpenApiMerge(json, own);
        List<String> unavailable = new ArrayList<>();
        for (Fetched fetched : all) {
            fetched.document()
                    .ifPresentOrElse(
                            document -> merge.add(fetched.service(), document),
                            () -> unavailable.add(fetched.service()));
        }
        ObjectNode document = merge.document();
        OpenApiUnions.untangle(document);
        OpenApiPatterns.translate(document);
        OpenApiExamples.addTo(document, json);
        servers(document);
        document.withObject("/info").withObject("/contact").put("url", publicUrl);
        unavailable.forEach(document.withObject("/info").putArray("x-unavailable-services")::add);
        return new Assembled(new PackedContent(json.writeValueAsBytes(document)), unavailable.isEmpty());
    }

    /** Where this suite is reached, first, and where it is on a developer's machine (requirement S1.61). */
    private void servers(ObjectNode document) {
        var servers = document.withArray("/servers").removeAll();
        servers.addObject().put("url", publicUrl).put("description", "Production");
        servers.addObject().put("url", DEVELOPMENT).put("description", "Development: started with ./culvert");
    }

    private static JsonNode read(JsonMapper json) {
        try (InputStream in = new ClassPathResource("openapi/gateway.json").getInputStream()) {
            return json.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException("The gateway's own API description cannot be read", e);
        }
    }
}
