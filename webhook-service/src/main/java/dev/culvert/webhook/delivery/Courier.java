package dev.culvert.webhook.delivery;

import dev.culvert.platform.outbound.OutboundHttpClient;
import dev.culvert.platform.outbound.OutboundRequest;
import dev.culvert.platform.outbound.OutboundResponse;
import dev.culvert.platform.outbound.OutboundUrl;
import dev.culvert.platform.outbound.RefusedAddressException;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.webhook.endpoint.EndpointSecrets;
import dev.culvert.webhook.signature.SignedHeaders;
import dev.culvert.webhook.signature.SigningSecret;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/** Signs a delivery and takes it to its receiver, once. */
@Component
class Courier {
    private static final Logger log = LoggerFactory.getLogger(Courier.class);

    private final OutboundHttpClient client;
    private final EndpointSecrets secrets;
    private final Duration attemptTimeout;

    Courier(OutboundHttpClient client, EndpointSecrets secrets, DeliveryProperties properties) {
        this.client = client;
        this.secrets = secrets;
        this.attemptTimeout = properties.attemptTimeout();
    }

    /** Sends; a failure of whatever kind is a result. */
    AttemptResult send(DueDelivery delivery, Instant at) {
        try {
            return answered(client.send(request(delivery, at)), at);
        } catch (RefusedAddressException | InterruptedIOException e) {
            return new AttemptResult.Unanswered(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return new AttemptResult.Unanswered("The receiver could not be reached: " + e.getClass().getSimpleName());
        } catch (ProblemException | IllegalStateException e) {
            log.atError()
                    .setCause(e)
                    .addKeyValue("culvert.webhook.endpoint_id", delivery.endpointId())
                    .log("A webhook's address or secret cannot be read");
            return new AttemptResult.Unanswered("The webhook's secret or address cannot be read; set it anew.");
        }
    }

    private OutboundRequest request(DueDelivery delivery, Instant at) {
        byte[] body = delivery.body().getBytes(StandardCharsets.UTF_8);
        List<SigningSecret> valid = delivery.sealedSecrets().stream()
                .map(sealed -> secrets.open(delivery.endpointId(), sealed))
                .toList();
        Map<String, String> headers = new HashMap<>(
                SignedHeaders.of(delivery.messageId(), delivery.endpointId(), delivery.id(), at, body, valid));
        headers.put(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE);
        return new OutboundRequest("POST", OutboundUrl.parse(delivery.url()), headers, body, attemptTimeout);
    }

    private static AttemptResult answered(OutboundResponse response, Instant at) {
        // PostgreSQL keeps any character but NUL.
        String excerpt = new String(response.body(), StandardCharsets.UTF_8).replace('\u0000', '\uFFFD');
        return new AttemptResult.Answered(
                response.status(), response.header("retry-after").flatMap(value -> RetryAfter.parse(value, at)), excerpt);
    }
}
