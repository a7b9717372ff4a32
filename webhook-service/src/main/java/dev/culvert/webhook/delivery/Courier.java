package dev.culvert.webhook.delivery;

import dev.culvert.platform.outbound.OutboundHttpClient;
import dev.culvert.platform.outbound.OutboundRequest;
import dev.culvert.platform.outbound.OutboundResponse;
import dev.culvert.platform.outbound.OutboundUrl;
import dev.culvert.platform.outbound.RefusedAddressException;
import dev.culvert.webhook.endpoint.EndpointSecrets;
import dev.culvert.webhook.signature.SignedHeaders;
import dev.culvert.webhook.signature.SigningSecret;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
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
    private final DeliveryProperties properties;

    Courier(OutboundHttpClient client, EndpointSecrets secrets, DeliveryProperties properties) {
        this.client = client;
        this.secrets = secrets;
        this.properties = properties;
    }

    /** Sends; a failure of the receiver or on the way is a result. */
    AttemptResult send(DueDelivery delivery, Instant at) {
        try {
            return answered(client.send(request(delivery, at)), at);
        } catch (RefusedAddressException e) {
            return new AttemptResult.Unanswered(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return new AttemptResult.Unanswered(reason(e));
        } catch (IllegalStateException e) {
            log.atError()
                    .setCause(e)
                    .addKeyValue("culvert.webhook.endpoint_id", delivery.endpointId())
                    .log("A webhook's secret cannot be opened");
            return new AttemptResult.Unanswered("The webhook's secret cannot be read; rotate it.");
        }
    }

    private OutboundRequest request(DueDelivery delivery, Instant at) {
        byte[] body = delivery.body().getBytes(StandardCharsets.UTF_8);
        List<SigningSecret> valid = delivery.sealedSecrets().stream()
                .map(stored -> secrets.open(delivery.endpointId(), stored))
                .toList();
        Map<String, String> headers =
                SignedHeaders.of(delivery.messageId(), delivery.endpointId(), delivery.id(), at, body, valid);
        headers.put(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE);
        return new OutboundRequest(
                "POST", OutboundUrl.parse(delivery.url()), headers, body, properties.attemptTimeout());
    }

    private static AttemptResult answered(OutboundResponse response, Instant at) {
        return new AttemptResult.Answered(
                response.status(),
                response.header("retry-after").flatMap(value -> RetryAfter.parse(value, at)),
                excerpt(response.body()));
    }

    /** PostgreSQL keeps any character but NUL. */
    private static String excerpt(byte[] body) {
        return new String(body, StandardCharsets.UTF_8).replace('\u0000', '\uFFFD');
    }

    /** For the webhook's owner: what happened, but no address that a name led to. */
    private String reason(IOException failure) {
        return switch (failure) {
            case InterruptedIOException _ ->
                "No answer within " + properties.attemptTimeout().toMillis() + " ms";
            case UnknownHostException _ -> "The host is not known";
            case ConnectException _ -> "No connection could be made";
            case SSLException _ -> "No secure connection could be made";
            default -> "The connection broke before the answer was complete";
        };
    }
}
