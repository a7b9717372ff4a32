package dev.culvert.webhook.endpoint;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import java.net.URI;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/webhooks")
@Tag(name = "Webhooks", description = "Where this tenant's events are sent")
class EndpointController {
    private final EndpointService endpoints;
    private final ReceiverUrls receiverUrls;

    EndpointController(EndpointService endpoints, ReceiverUrls receiverUrls) {
        this.endpoints = endpoints;
        this.receiverUrls = receiverUrls;
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Access(scope = Scope.WEBHOOKS_WRITE)
    @Operation(summary = "Register a webhook", description = "The answer shows the signing secret, this once.")
    ResponseEntity<WebhookResponse> createWebhook(Caller caller, @Valid @RequestBody CreateWebhookRequest request) {
        receiverUrls.requireAllowed(request.url());
        EndpointService.WithSecret created = endpoints.create(caller, request);
        return ResponseEntity.created(
                        URI.create("/api/v1/webhooks/" + created.endpoint().id()))
                .body(WebhookResponse.showing(created.endpoint(), created.secret()));
    }

    @GetMapping
    @Access(scope = Scope.WEBHOOKS_READ)
    @Operation(summary = "List webhooks, newest first")
    Page<WebhookResponse> listWebhooks(PageRequest page) {
        return endpoints.list(page);
    }

    @GetMapping("/{webhookId}")
    @Access(scope = Scope.WEBHOOKS_READ)
    @Operation(summary = "Show a webhook")
    WebhookResponse getWebhook(@PathVariable UUID webhookId) {
        return WebhookResponse.of(endpoints.get(webhookId));
    }

    @RequestMapping(
            path = "/{webhookId}",
            method = {RequestMethod.PUT, RequestMethod.PATCH})
    @Access(scope = Scope.WEBHOOKS_WRITE)
    @Operation(
            summary = "Change, pause or resume a webhook",
            description = "Members that are left out stay as they are.")
    WebhookResponse updateWebhook(
            Caller caller, @PathVariable UUID webhookId, @Valid @RequestBody UpdateWebhookRequest request) {
        if (request.url() != null) {
            receiverUrls.requireAllowed(request.url());
        }
        return WebhookResponse.of(endpoints.update(caller, webhookId, request));
    }

    @DeleteMapping("/{webhookId}")
    @Access(scope = Scope.WEBHOOKS_WRITE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Delete a webhook and its deliveries")
    void deleteWebhook(Caller caller, @PathVariable UUID webhookId) {
        endpoints.delete(caller, webhookId);
    }

    @PostMapping("/{webhookId}/rotate-secret")
    @Access(scope = Scope.WEBHOOKS_WRITE)
    @Operation(
            summary = "Replace the signing secret",
            description = "The answer shows the new secret, this once. Until the overlap ends both secrets sign.")
    WebhookResponse rotateSecret(Caller caller, @PathVariable UUID webhookId) {
        EndpointService.WithSecret rotated = endpoints.rotateSecret(caller, webhookId);
        return WebhookResponse.showing(rotated.endpoint(), rotated.secret());
    }
}
