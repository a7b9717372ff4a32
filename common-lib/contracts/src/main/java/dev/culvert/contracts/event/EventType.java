package dev.culvert.contracts.event;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Catalogue of every event: its short name, record and topic (requirement R10.10b). */
public enum EventType {
    USER_REGISTERED("user.registered", AuthEvent.UserRegistered.class, Topics.AUTH),
    EMAIL_VERIFIED("user.email_verified", AuthEvent.EmailVerified.class, Topics.AUTH),
    SIGNED_IN("auth.signed_in", AuthEvent.SignedIn.class, Topics.AUTH),
    SIGN_IN_FAILED("auth.sign_in_failed", AuthEvent.SignInFailed.class, Topics.AUTH),
    SESSION_ENDED("auth.session_ended", AuthEvent.SessionEnded.class, Topics.AUTH),
    PASSWORD_CHANGED("auth.password_changed", AuthEvent.PasswordChanged.class, Topics.AUTH),
    ACCOUNT_LOCKED("auth.account_locked", AuthEvent.AccountLocked.class, Topics.AUTH),
    API_KEY_CREATED("api_key.created", AuthEvent.ApiKeyCreated.class, Topics.AUTH),
    API_KEY_REVOKED("api_key.revoked", AuthEvent.ApiKeyRevoked.class, Topics.AUTH),
    API_KEY_UPDATED("api_key.updated", AuthEvent.ApiKeyUpdated.class, Topics.AUTH),
    API_KEY_ROTATED("api_key.rotated", AuthEvent.ApiKeyRotated.class, Topics.AUTH),
    API_KEY_USED("api_key.used", AuthEvent.ApiKeyUsed.class, Topics.AUTH),
    API_KEY_EXPIRED("api_key.expired", AuthEvent.ApiKeyExpired.class, Topics.AUTH),
    ROLE_GRANTED("role.granted", AuthEvent.RoleGranted.class, Topics.AUTH),
    ROLE_REVOKED("role.revoked", AuthEvent.RoleRevoked.class, Topics.AUTH),
    TIER_CHANGED("user.tier_changed", AuthEvent.TierChanged.class, Topics.AUTH),
    SECOND_FACTOR_ENROLLED("second_factor.enrolled", AuthEvent.SecondFactorEnrolled.class, Topics.AUTH),
    SECOND_FACTOR_REMOVED("second_factor.removed", AuthEvent.SecondFactorRemoved.class, Topics.AUTH),
    RECOVERY_CODES_RENEWED("second_factor.codes_renewed", AuthEvent.RecoveryCodesRenewed.class, Topics.AUTH),
    RECOVERY_CODE_USED("second_factor.recovery_code_used", AuthEvent.RecoveryCodeUsed.class, Topics.AUTH),

    TENANT_CREATED("tenant.created", UserEvent.TenantCreated.class, Topics.USERS),
    PROFILE_CREATED("user.profile_created", UserEvent.ProfileCreated.class, Topics.USERS),
    PROFILE_UPDATED("user.profile_updated", UserEvent.ProfileUpdated.class, Topics.USERS),
    PREFERENCES_UPDATED("user.preferences_updated", UserEvent.PreferencesUpdated.class, Topics.USERS),

    QUOTA_THRESHOLD_REACHED("quota.threshold_reached", QuotaEvent.QuotaThresholdReached.class, Topics.USERS),
    QUOTA_EXCEEDED("quota.exceeded", QuotaEvent.QuotaExceeded.class, Topics.USERS),

    TUNNEL_CREATED("tunnel.created", TunnelEvent.TunnelCreated.class, Topics.TUNNELS),
    TUNNEL_UPDATED("tunnel.updated", TunnelEvent.TunnelUpdated.class, Topics.TUNNELS),
    TUNNEL_DELETED("tunnel.deleted", TunnelEvent.TunnelDeleted.class, Topics.TUNNELS),
    TUNNEL_STATUS_CHANGED("tunnel.status_changed", TunnelEvent.TunnelStatusChanged.class, Topics.TUNNELS),
    TUNNEL_METRICS_UPDATED("tunnel.metrics_updated", TunnelEvent.TunnelMetricsUpdated.class, Topics.TUNNELS),
    TUNNEL_FAILED_OVER("tunnel.failed_over", TunnelEvent.TunnelFailedOver.class, Topics.TUNNELS),
    TUNNEL_SHARED("tunnel.shared", TunnelEvent.TunnelShared.class, Topics.TUNNELS),
    TUNNEL_SHARE_CHANGED("tunnel.share_changed", TunnelEvent.TunnelShareChanged.class, Topics.TUNNELS),
    TUNNEL_SHARE_REVOKED("tunnel.share_revoked", TunnelEvent.TunnelShareRevoked.class, Topics.TUNNELS),
    TUNNEL_LINK_CREATED("tunnel.link_created", TunnelEvent.TunnelLinkCreated.class, Topics.TUNNELS),
    TUNNEL_LINK_REVOKED("tunnel.link_revoked", TunnelEvent.TunnelLinkRevoked.class, Topics.TUNNELS),
    TUNNEL_VISIBILITY_CHANGED("tunnel.visibility_changed", TunnelEvent.TunnelVisibilityChanged.class, Topics.TUNNELS),
    TUNNEL_ACCESS_REQUESTED("tunnel.access_requested", TunnelEvent.TunnelAccessRequested.class, Topics.TUNNELS),
    TUNNEL_ACCESS_DECIDED("tunnel.access_decided", TunnelEvent.TunnelAccessDecided.class, Topics.TUNNELS),
    TUNNEL_TRANSFER_OFFERED("tunnel.transfer_offered", TunnelEvent.TunnelTransferOffered.class, Topics.TUNNELS),
    TUNNEL_TRANSFER_ENDED("tunnel.transfer_ended", TunnelEvent.TunnelTransferEnded.class, Topics.TUNNELS),
    TUNNEL_TRANSFERRED("tunnel.transferred", TunnelEvent.TunnelTransferred.class, Topics.TUNNELS),

    PROXY_CREATED("proxy.created", ProxyEvent.ProxyCreated.class, Topics.PROXIES),
    PROXY_UPDATED("proxy.updated", ProxyEvent.ProxyUpdated.class, Topics.PROXIES),
    PROXY_DELETED("proxy.deleted", ProxyEvent.ProxyDeleted.class, Topics.PROXIES),
    PROXY_STATUS_CHANGED("proxy.status_changed", ProxyEvent.ProxyStatusChanged.class, Topics.PROXIES),

    WEBHOOK_CREATED("webhook.created", WebhookEvent.WebhookCreated.class, Topics.WEBHOOKS),
    WEBHOOK_UPDATED("webhook.updated", WebhookEvent.WebhookUpdated.class, Topics.WEBHOOKS),
    WEBHOOK_DELETED("webhook.deleted", WebhookEvent.WebhookDeleted.class, Topics.WEBHOOKS),
    DELIVERY_SUCCEEDED("webhook.delivery_succeeded", WebhookEvent.DeliverySucceeded.class, Topics.WEBHOOKS),
    DELIVERY_FAILED("webhook.delivery_failed", WebhookEvent.DeliveryFailed.class, Topics.WEBHOOKS),

    TUNNEL_TRAFFIC_MEASURED("usage.tunnel_traffic", UsageEvent.TunnelTrafficMeasured.class, Topics.USAGE),
    LIMIT_VIOLATED("usage.limit_violated", UsageEvent.LimitViolated.class, Topics.USAGE),
    API_CALL_ENDED("usage.api_call", UsageEvent.ApiCallEnded.class, Topics.USAGE),

    REQUEST_SUSPECTED("security.request_suspected", SecurityEvent.RequestSuspected.class, Topics.SECURITY);

    /** CloudEvents {@code type} = prefix + {@link #shortName()}. */
    public static final String TYPE_PREFIX = "dev.culvert.";

    private static final Map<Class<? extends DomainEvent>, EventType> BY_RECORD =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(EventType::record, Function.identity()));
    private static final Map<String, EventType> BY_CLOUD_EVENTS_TYPE = Arrays.stream(values())
            .collect(Collectors.toUnmodifiableMap(EventType::cloudEventsType, Function.identity()));

    private final String shortName;
    private final Class<? extends DomainEvent> record;
    private final String topic;

    EventType(String shortName, Class<? extends DomainEvent> record, String topic) {
        this.shortName = shortName;
        this.record = record;
        this.topic = topic;
    }

    /** Name in webhook subscriptions and bodies, e.g. {@code tunnel.created}. */
    public String shortName() {
        return shortName;
    }

    /** The CloudEvents {@code type} attribute, e.g. {@code dev.culvert.tunnel.created}. */
    public String cloudEventsType() {
        return TYPE_PREFIX + shortName;
    }

    /** Shape of the event's data. */
    public Class<? extends DomainEvent> record() {
        return record;
    }

    /** Topic the event is published on. */
    public String topic() {
        return topic;
    }

    /** Name of the class path resource that holds the JSON Schema of the data. */
    public String schemaResource() {
        return "schemas/" + shortName + ".json";
    }

    /** The type of an event. */
    public static EventType of(DomainEvent event) {
        EventType type = BY_RECORD.get(event.getClass());
        if (type == null) {
            throw new IllegalArgumentException(
                    "Not in the catalogue: " + event.getClass().getName());
        }
        return type;
    }

    /** The type of a CloudEvents {@code type} attribute, empty for one this version does not know. */
    public static Optional<EventType> ofCloudEventsType(String cloudEventsType) {
        return Optional.ofNullable(BY_CLOUD_EVENTS_TYPE.get(cloudEventsType));
    }
}
