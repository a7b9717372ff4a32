package dev.culvert.webhook.delivery;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Optional;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/webhooks/{webhookId}/deliveries")
@Tag(name = "Webhooks")
class DeliveryController {
    private final DeliveryHistory history;

    DeliveryController(DeliveryHistory history) {
        this.history = history;
    }

    @GetMapping
    @Access(scope = Scope.WEBHOOKS_READ)
    @Operation(
            summary = "List deliveries of a webhook, newest first",
            description = "status is pending, retrying, delivered or failed.")
    Page<DeliveryResponse> listDeliveries(
            @PathVariable UUID webhookId, @RequestParam Optional<DeliveryStatus> status, PageRequest page) {
        return history.list(webhookId, status, page);
    }

    @GetMapping("/{deliveryId}")
    @Access(scope = Scope.WEBHOOKS_READ)
    @Operation(summary = "Show a delivery with its tries")
    DeliveryDetailResponse getDelivery(@PathVariable UUID webhookId, @PathVariable UUID deliveryId) {
        return history.get(webhookId, deliveryId);
    }
}
