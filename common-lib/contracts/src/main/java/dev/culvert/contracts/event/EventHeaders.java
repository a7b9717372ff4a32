package dev.culvert.contracts.event;

/** Kafka record headers of an event: CloudEvents Kafka protocol binding 1.0, binary content mode, UTF-8 values. */
public final class EventHeaders {
    public static final String SPEC_VERSION = "ce_specversion";
    public static final String ID = "ce_id";
    public static final String TYPE = "ce_type";
    public static final String SOURCE = "ce_source";
    public static final String SUBJECT = "ce_subject";

    /** RFC 3339 timestamp. */
    public static final String TIME = "ce_time";

    public static final String DATA_SCHEMA = "ce_dataschema";
    public static final String TENANT_ID = "ce_tenantid";
    public static final String ACTOR_ID = "ce_actorid";
    public static final String CORRELATION_ID = "ce_correlationid";
    public static final String SEQUENCE = "ce_sequence";

    /** CloudEvents distributed tracing extension. */
    public static final String TRACEPARENT = "ce_traceparent";

    public static final String CONTENT_TYPE = "content-type";

    /** Value of {@link #SPEC_VERSION}. */
    public static final String SPEC_VERSION_1_0 = "1.0";

    /** Value of {@link #CONTENT_TYPE}. */
    public static final String JSON = "application/json";

    private EventHeaders() {}
}
