package dev.culvert.admin.users;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.correlation.Correlation;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import io.micrometer.observation.ObservationRegistry;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

/** Asks user-service for users, with the administrator's own token: it decides what they may see. */
@Component
class UserDirectory {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final RestClient userService;

    UserDirectory(UsersProperties properties, ObservationRegistry observations) {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(properties.connectTimeout())
                .build();
        JdkClientHttpRequestFactory requests = new JdkClientHttpRequestFactory(client);
        requests.setReadTimeout(properties.readTimeout());
        this.userService = RestClient.builder()
                .baseUrl(properties.userService().toString())
                .requestFactory(requests)
                .observationRegistry(observations)
                .build();
    }

    /**
     * One page of users, as user-service answers it, refusals included.
     *
     * @throws ProblemException {@code SERVICE_UNAVAILABLE} when user-service does not answer
     */
    ResponseEntity<byte[]> list(String authorization, Optional<String> search, PageRequest page) {
        try {
            return userService
                    .get()
                    .uri(uri -> uri.path("/api/v1/users")
                            .queryParam("limit", page.limit())
                            .queryParam("offset", page.offset())
                            .queryParamIfPresent("search", search.map(_ -> "{search}"))
                            .build(search.stream().toArray()))
                    .header(HttpHeaders.AUTHORIZATION, authorization)
                    .header(HeaderNames.CORRELATION_ID, Correlation.currentOrNew())
                    .exchange((_, response) -> relayed(response));
        } catch (ResourceAccessException e) {
            throw new ProblemException(
                            ProblemCode.SERVICE_UNAVAILABLE, "The user service does not answer. Try again shortly.", e)
                    .withRetryAfter(RETRY_AFTER);
        }
    }

    private static ResponseEntity<byte[]> relayed(ClientHttpResponse response) throws java.io.IOException {
        MediaType type = response.getHeaders().getContentType();
        return ResponseEntity.status(response.getStatusCode())
                .contentType(type == null ? MediaType.APPLICATION_JSON : type)
                .body(response.getBody().readAllBytes());
    }
}
