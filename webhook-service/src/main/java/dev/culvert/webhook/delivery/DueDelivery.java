package dev.culvert.webhook.delivery;

import dev.culvert.webhook.endpoint.RetryPolicy;
import java.util.List;
import java.util.UUID;

/**
 * A delivery that this process has leased for one try, with all that the try needs.
 *
 * @param number number of the try, from 1
 * @param sealedSecrets secrets valid now, as stored, the newest first
 */
record DueDelivery(
        UUID id,
        UUID tenantId,
        UUID endpointId,
        UUID messageId,
        String url,
        List<String> sealedSecrets,
        RetryPolicy retryPolicy,
        int number,
        String body) {}
