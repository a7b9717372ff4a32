package dev.culvert.auth.apikey;

import dev.culvert.auth.token.Origin;
import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.access.FreshSignIn;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What owners do with their keys. Somebody else's key does not exist for them. */
@Service
@Transactional
class ApiKeyService {
    private final ApiKeys keys;
    private final KeyDigest digest;
    private final KeyHistory history;
    private final CreationLimit limit;
    private final FreshSignIn freshSignIn;
    private final ApiKeyProperties properties;
    private final Clock clock;

    ApiKeyService(
            ApiKeys keys,
            KeyDigest digest,
            KeyHistory history,
            CreationLimit limit,
            FreshSignIn freshSignIn,
            ApiKeyProperties properties,
            Clock clock) {
        this.keys = keys;
        this.digest = digest;
        this.history = history;
        this.limit = limit;
        this.freshSignIn = freshSignIn;
        this.properties = properties;
        this.clock = clock;
    }

    /** Makes a key; the answer is the only place its text is ever shown. */
    ApiKeyResponse create(Caller caller, CreateApiKeyRequest request, Origin origin) {
        Instant now = clock.instant();
        requireFreshAdministrator(caller);
        KeyTerms terms = request.terms(now);
        RequestedTerms.check(terms);
        limit.count(origin.clientAddress());
        if (keys.countActive(caller.userId(), now) >= properties.maxPerUser()) {
            throw new ProblemException(
                    ProblemCode.QUOTA_EXCEEDED,
                    "There are %d active keys already; revoke one first.".formatted(properties.maxPerUser()));
        }
        KeyText text = KeyText.random(properties.environment());
        ApiKey key = ApiKey.fresh(caller.tenantId(), caller.userId(), text.prefix(), terms, now);
        keys.insert(key, digest.of(text));
        history.created(key, origin.clientAddress());
        return response(key, Optional.of(text));
    }

    @Transactional(readOnly = true)
    Page<ApiKeyResponse> list(Caller caller, PageRequest page) {
        List<ApiKeyResponse> items = keys.list(caller.userId(), page.limit(), page.offset()).stream()
                .map(key -> response(key, Optional.empty()))
                .toList();
        return Page.of(items, keys.count(caller.userId()), page);
    }

    @Transactional(readOnly = true)
    ApiKeyResponse get(Caller caller, UUID id) {
        return response(own(caller, id), Optional.empty());
    }

    /** What happened to a key, newest first. */
    @Transactional(readOnly = true)
    Page<KeyHistory.Entry> auditLogs(Caller caller, UUID id, PageRequest page) {
        own(caller, id);
        return Page.of(history.list(id, page.limit(), page.offset()), history.count(id), page);
    }

    /** Changes what the request names; gateways hear of it and ask for the key anew. */
    ApiKeyResponse update(Caller caller, UUID id, UpdateApiKeyRequest request) {
        return change(caller, id, present -> request.changed(present, clock.instant()));
    }

    /** Says everything about a key anew. */
    ApiKeyResponse replace(Caller caller, UUID id, CreateApiKeyRequest request) {
        return change(caller, id, _ -> request.terms(clock.instant()));
    }

    /** Makes a key with the same terms; the old one stays valid for the overlap. */
    ApiKeyResponse rotate(Caller caller, UUID id, RotateApiKeyRequest request, Origin origin) {
        requireFreshAdministrator(caller);
        ApiKey old = lockActive(caller, id);
        if (old.successor().isPresent()) {
            throw new ProblemException(ProblemCode.CONFLICT_STATE, "Another key took the place of this one already.")
                    .withAlias("API_KEY_ALREADY_ROTATED");
        }
        limit.count(origin.clientAddress());
        Instant now = clock.instant();
        Instant overlapEnd = now.plus(request.overlap().orElse(properties.rotationOverlap()));
        Instant validUntil =
                old.terms().expiresAt().filter(end -> end.isBefore(overlapEnd)).orElse(overlapEnd);
        KeyText text = KeyText.random(properties.environment());
        ApiKey next = old.successor(text.prefix(), now);
        keys.insert(next, digest.of(text));
        keys.replace(old.id(), next.id(), now, validUntil);
        history.rotated(old, old.version() + 1, next.id(), validUntil, origin.clientAddress());
        history.created(next, origin.clientAddress());
        return response(next, Optional.of(text));
    }

    /** Ends a key's life for good; a second time changes nothing. */
    void revoke(Caller caller, UUID id) {
        ApiKey key = own(caller, id);
        if (keys.revoke(id, clock.instant())) {
            history.revoked(key);
        }
    }

    private ApiKeyResponse change(Caller caller, UUID id, UnaryOperator<KeyTerms> change) {
        requireFreshAdministrator(caller);
        ApiKey key = lockActive(caller, id);
        KeyTerms terms = change.apply(key.terms());
        RequestedTerms.check(terms);
        Set<String> changedFields = key.terms().changesIn(terms);
        if (!changedFields.isEmpty()) {
            keys.change(id, terms);
            history.updated(key, key.version() + 1, terms, changedFields);
        }
        return response(own(caller, id), Optional.empty());
    }

    /** A key outlives the session it was made in, so an administrator's forgotten screen must not be enough to make one. */
    private void requireFreshAdministrator(Caller caller) {
        if (caller.roles().stream().anyMatch(Role::administrator)) {
            freshSignIn.require(caller);
        }
    }

    private ApiKey lockActive(Caller caller, UUID id) {
        ApiKey key = keys.lock(caller.userId(), id).orElseThrow(ApiKeyService::unknown);
        if (!key.isActive(clock.instant())) {
            throw new ProblemException(
                    ProblemCode.CONFLICT_STATE, "The key is revoked or expired; make a new one instead.");
        }
        return key;
    }

    private ApiKey own(Caller caller, UUID id) {
        return keys.find(caller.userId(), id).orElseThrow(ApiKeyService::unknown);
    }

    private ApiKeyResponse response(ApiKey key, Optional<KeyText> secret) {
        return ApiKeyResponse.of(key, secret, properties.rotateAfter(), clock.instant());
    }

    private static ProblemException unknown() {
        return new ProblemException(ProblemCode.API_KEY_001, "You have no API key with this id.")
                .withAlias("API_KEY_NOT_FOUND");
    }
}
