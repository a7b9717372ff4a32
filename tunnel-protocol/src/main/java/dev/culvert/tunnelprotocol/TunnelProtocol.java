package dev.culvert.tunnelprotocol;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.AsciiString;

/** Words that both ends of a link must agree on. */
public final class TunnelProtocol {
    /** Path the agent dials; the gateway routes it to tunnel-service's data port. */
    public static final String CONNECT_PATH = "/tunnel/v1/connect";

    /**
     * Path of the same link where no WebSocket passes. {@code POST} to it, with the query of {@link #CONNECT_PATH}, opens one and
     * answers 201 with {@code {"link":id}}. Below it, at {@code /id}, the bytes of HTTP/2 travel as bodies of type
     * {@code application/octet-stream}, each direction counted from 0:
     * <ul>
     *   <li>{@code GET ?from=n}: the agent has the first n bytes. Answers with those that follow once there are some, or 204 after
     *       {@value #POLL_SECONDS} seconds.
     *   <li>{@code POST ?at=n}: bytes of the agent from the n-th on. Answers 204 when they have been read; those that came before
     *       are passed over, so any request may be repeated.
     *   <li>{@code DELETE}: the agent hangs up.
     * </ul>
     * 404 and 410 say that the link is gone, 409 that bytes are missing, after which it cannot go on.
     */
    public static final String POLL_PATH = "/tunnel/v1/poll";

    /** How long a poll waits for bytes at most. */
    public static final int POLL_SECONDS = 30;

    /** Most bytes in the body of a poll. */
    public static final int MAX_POLLED_BYTES = 256 * 1024;

    /** Query parameter of a poll for bytes: how many the agent has. */
    public static final String FROM_PARAMETER = "from";

    /** Query parameter of a poll with bytes: the offset of the first. */
    public static final String AT_PARAMETER = "at";

    /** Query parameter of {@link #CONNECT_PATH} that names the tunnel. */
    public static final String TUNNEL_PARAMETER = "tunnel";

    /**
     * Query parameter of {@link #CONNECT_PATH} with the replicas the agent is connected to, separated by commas; there and
     * empty for none. A replica among them answers 421 while there is one that is not, and the agent dials again. It is no
     * header, because gateways pass a query as it is. Without it an agent is of a version that knows nothing of replicas.
     */
    public static final String AVOID_PARAMETER = "avoid";

    /** WebSocket subprotocol: HTTP/2 with prior knowledge in binary frames, the dialling side being the HTTP/2 server. */
    public static final String SUBPROTOCOL = "culvert.h2.v1";

    /** {@code :protocol} of a tunnelled WebSocket (RFC 8441). */
    public static final AsciiString WEBSOCKET = AsciiString.cached("websocket");

    /**
     * {@code :protocol} of the control stream, which the service opens first on each link. The agent answers with
     * {@link AgentHello} as a JSON line, and the service with the line {@code
     * {"session":id,"replica":tag,"replicas":n}} once requests may come, later with {@code {"replicas":n}} when there are more
     * or fewer. Receivers ignore members and lines they do not know. Requests of callers can never carry this pseudo-header.
     */
    public static final AsciiString CONTROL = AsciiString.cached("culvert.control.v1");

    /** Response header with which the agent says why it could not get an answer; see {@link OriginFailure}. */
    public static final AsciiString FAILURE_HEADER = AsciiString.cached("culvert-failure");

    /**
     * Response header with which the agent says how many microseconds passed at its end from the head of the request to the
     * head of the answer: what the local service took. Absent from agents that do not measure it.
     */
    public static final AsciiString LOCAL_MICROS_HEADER = AsciiString.cached("culvert-local-micros");

    /**
     * Request header: the name under which the agent is to keep the end of its answer, so that the rest can be asked for over
     * another link when this one is lost. Whoever knows it may have the answer, so nobody can guess it.
     */
    public static final AsciiString RESUME_KEY_HEADER = AsciiString.cached("culvert-resume-key");

    /**
     * Request header: how many bytes of the kept answer's body have arrived. A request with it is for the rest, and nothing
     * else of it counts; the agent answers with {@link #KEPT_BY_HEADER} and the bytes that follow, or {@link #NOT_KEPT}.
     */
    public static final AsciiString RESUME_FROM_HEADER = AsciiString.cached("culvert-resume-from");

    /** Response header: this answer is kept, by the agent process of this {@linkplain AgentHello#instance() name}. */
    public static final AsciiString KEPT_BY_HEADER = AsciiString.cached("culvert-kept-by");

    /** Failure: the agent has no such answer, or not its bytes from that place on. */
    public static final AsciiString NOT_KEPT = AsciiString.cached("not_kept");

    /**
     * Reset of a stream whose way to the caller is lost, though the caller may be there: an answer that is kept waits for
     * somebody to ask for the rest. Every other reset says that nobody waits.
     */
    public static final Http2Error WAY_LOST = Http2Error.CONNECT_ERROR;

    /** Prefix of headers that only the two ends exchange; removed from everything of callers and local services. */
    public static final String INTERNAL_PREFIX = "culvert-";

    private TunnelProtocol() {}
}
