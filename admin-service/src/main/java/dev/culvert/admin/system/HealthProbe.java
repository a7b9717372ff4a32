package dev.culvert.admin.system;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the {@code /health} of all services at once, so that a slow one costs its timeout and no more. */
@Component
class HealthProbe {
    /** Components of a health report that tell of the service itself. */
    private static final Set<String> NO_DEPENDENCIES = Set.of("livenessState", "ping", "readinessState");

    private final HttpClient client;
    private final SystemProperties properties;
    private final JsonMapper json;

    HealthProbe(SystemProperties properties, JsonMapper json) {
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(properties.timeout())
                .build();
        this.properties = properties;
        this.json = json;
    }

    /** One answer per configured service, in the order of the configuration. */
    List<ServiceStatusResponse> askAll() {
        List<CompletableFuture<ServiceStatusResponse>> asked = properties.services().entrySet().stream()
                .map(service -> ask(service.getKey(), service.getValue()))
                .toList();
        return asked.stream().map(CompletableFuture::join).toList();
    }

    private CompletableFuture<ServiceStatusResponse> ask(String name, URI base) {
        long started = System.nanoTime();
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/health"))
                .timeout(properties.timeout())
                .build();
        return client.sendAsync(request, BodyHandlers.ofByteArray())
                .orTimeout(properties.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .handle((response, failure) -> failure == null
                        ? answered(name, response, millisSince(started))
                        : unanswered(name, reason(failure), millisSince(started)));
    }

    private ServiceStatusResponse answered(String name, HttpResponse<byte[]> response, long millis) {
        try {
            JsonNode body = json.readTree(response.body());
            Health health = response.statusCode() == 200 ? Health.HEALTHY : Health.DEGRADED;
            return new ServiceStatusResponse(name, health, null, millis, dependencies(body), null);
        } catch (JacksonException e) {
            return unanswered(name, "Answered " + response.statusCode() + " with no health report", millis);
        }
    }

    private static Map<String, Health> dependencies(JsonNode body) {
        Map<String, Health> dependencies = new TreeMap<>();
        body.path("components").forEachEntry((component, state) -> {
            if (!NO_DEPENDENCIES.contains(component)) {
                dependencies.put(
                        component, Health.ofActuatorStatus(state.path("status").asString("")));
            }
        });
        return dependencies;
    }

    private static ServiceStatusResponse unanswered(String name, String error, long millis) {
        return new ServiceStatusResponse(name, Health.DOWN, null, millis, Map.of(), error);
    }

    private String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof HttpTimeoutException || cause instanceof TimeoutException
                ? "No answer within " + properties.timeout().toMillis() + " ms"
                : "Cannot be reached";
    }

    private static long millisSince(long startedNanos) {
        return Duration.ofNanos(System.nanoTime() - startedNanos).toMillis();
    }
}
