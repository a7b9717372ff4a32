package dev.culvert.auth.apikey;

import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What owners do with their keys. Somebody else's key does not exist for them. */
@Service
@Transactional
class ApiKeyService {
    private final ApiKeys keys;
    private final KeyDigest digest;
    private final Outbox outbox;
    private final ApiKeyProperties properties;
    private final Clock clock;

    ApiKeyService(ApiKeys keys, KeyDigest digest, Outbox outbox, ApiKeyProperties properties, Clock clock) {
        this.keys = keys;
        this.digest = digest;
        this.outbox = outbox;
        this.properties = properties;
        this.clock = clock;
    }

    /** Makes a key; the answer is the only place its text is ever shown. */
    ApiKeyResponse create(Caller caller, CreateApiKeyRequest request) {
        requireGrantable(request);
        Instant now = clock.instant();
        if (keys.countActive(caller.userId(), now) >= properties.maxPerUser()) {
            throw new ProblemException(
                    ProblemCode.QUOTA_EXCEEDED,
                    "There are %d active keys already; revoke one first.".formatted(properties.maxPerUser()));
        }
        KeyText text = KeyText.random(properties.environment());
        ApiKey key = new ApiKey(
                UUID.randomUUID(),
                caller.tenantId(),
                caller.userId(),
                request.name(),
                text.prefix(),
                request.scopes(),
                now,
                request.expiry(),
                Optional.empty(),
                Optional.empty());
        keys.insert(key, digest.of(text));
        outbox.append(new AuthEvent.ApiKeyCreated(
                caller.userId(), key.id(), key.name(), key.prefix(), key.scopes(), request.expiresAt()));
        return ApiKeyResponse.withSecret(key, text, now);
    }

    @Transactional(readOnly = true)
    Page<ApiKeyResponse> list(Caller caller, PageRequest page) {
        Instant now = clock.instant();
        List<ApiKeyResponse> items = keys.list(caller.userId(), page.limit(), page.offset()).stream()
                .map(key -> ApiKeyResponse.of(key, now))
                .toList();
        return Page.of(items, keys.count(caller.userId()), page);
    }

    @Transactional(readOnly = true)
    ApiKeyResponse get(Caller caller, UUID id) {
        return ApiKeyResponse.of(own(caller, id), clock.instant());
    }

    /** Ends a key's life for good; a second time changes nothing. */
    void revoke(Caller caller, UUID id) {
        ApiKey key = own(caller, id);
        if (keys.revoke(id, clock.instant())) {
            outbox.append(new AuthEvent.ApiKeyRevoked(caller.userId(), id, key.prefix()));
        }
    }

    private ApiKey own(Caller caller, UUID id) {
        return keys.find(caller.userId(), id)
                .orElseThrow(() -> new ProblemException(ProblemCode.API_KEY_001, "You have no API key with this id.")
                        .withAlias("API_KEY_NOT_FOUND"));
    }

    private static void requireGrantable(CreateApiKeyRequest request) {
        List<Violation> refused = request.scopes().stream()
                .filter(scope -> !Scope.GRANTABLE_TO_KEYS.contains(scope))
                .sorted()
                .map(scope -> new Violation("scopes", "'" + scope + "' cannot be given to a key"))
                .toList();
        if (!refused.isEmpty()) {
            throw new ProblemException(
                            ProblemCode.VALIDATION_ERROR,
                            "A key can have these scopes: "
                                    + String.join(
                                            ", ",
                                            Scope.GRANTABLE_TO_KEYS.stream()
                                                    .sorted()
                                                    .toList()))
                    .withViolations(refused);
        }
    }
}
