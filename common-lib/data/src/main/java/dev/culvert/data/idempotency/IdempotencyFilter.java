package dev.culvert.data.idempotency;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.caller.CurrentCaller;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.platform.problem.ServletProblems;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.util.unit.DataSize;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;

/**
 * Honours {@code Idempotency-Key} on POSTs of verified callers (IETF draft idempotency-key-header): the first answer is kept
 * and repeated, marked by {@code Idempotency-Replayed}; an equal request meanwhile gets 409, another body under the same key
 * 422.
 *
 * <p>Answers that may be different next time are not kept. A service that dies after its transaction and before the answer is
 * kept forgets the key, so the request runs again: use a unique constraint where that must not be. Handlers of such POSTs
 * answer before they return; an asynchronous answer would come too late to be seen here.
 */
final class IdempotencyFilter extends OncePerRequestFilter {
    static final String REPLAYED = "Idempotency-Replayed";

    private static final Logger log = LoggerFactory.getLogger(IdempotencyFilter.class);
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /** Refusals that depend on the moment or on the credentials, not on the request. */
    private static final Set<Integer> PASSING = Set.of(401, 403, 408, 409, 423, 425, 429);

    private final AnswerStore answers;
    private final ServletProblems problems;
    private final DataSize maxRequestSize;
    private final DataSize maxAnswerSize;

    IdempotencyFilter(AnswerStore answers, ServletProblems problems, DataSize maxRequestSize, DataSize maxAnswerSize) {
        this.answers = answers;
        this.problems = problems;
        this.maxRequestSize = maxRequestSize;
        this.maxAnswerSize = maxAnswerSize;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getMethod().equals("POST") || request.getHeader(HeaderNames.IDEMPOTENCY_KEY) == null;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<Caller> caller = CurrentCaller.find();
        if (caller.isEmpty()) {
            chain.doFilter(request, response);
            return;
        }
        BufferedRequest buffered;
        RequestKey key;
        Claim claim;
        try {
            key = RequestKey.of(caller.get(), request, keyOf(request));
            buffered = BufferedRequest.read(request, maxRequestSize);
            claim = answers.claim(key, buffered.body());
        } catch (ProblemException | DataAccessException refused) {
            problems.write(request, response, refused);
            return;
        }
        switch (claim) {
            case Claim.First first -> process(key, first, buffered, response, chain);
            case Claim.Answered answered -> replay(answered.answer(), response);
            case Claim.Running _ ->
                problems.write(
                        request,
                        response,
                        new ProblemException(
                                        ProblemCode.REQUEST_IN_PROGRESS,
                                        "A request with this Idempotency-Key is still being processed.")
                                .withRetryAfter(RETRY_AFTER));
            case Claim.OtherRequest _ ->
                problems.write(
                        request,
                        response,
                        new ProblemException(
                                ProblemCode.IDEMPOTENCY_KEY_REUSED,
                                "This Idempotency-Key was used with another body."));
        }
    }

    private void process(
            RequestKey key, Claim.First claim, BufferedRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        ContentCachingResponseWrapper answer = new ContentCachingResponseWrapper(response);
        boolean kept = false;
        try {
            chain.doFilter(request, answer);
            kept = keep(key, claim, answer);
        } finally {
            if (!kept) {
                forget(key, claim);
            }
        }
        answer.copyBodyToResponse();
    }

    /** The work is done and must be answered, so a store that fails now costs the repetition, not the answer. */
    private boolean keep(RequestKey key, Claim.First claim, ContentCachingResponseWrapper answer) {
        byte[] body = answer.getContentAsByteArray();
        if (answer.getStatus() >= 500
                || PASSING.contains(answer.getStatus())
                || body.length > maxAnswerSize.toBytes()) {
            return false;
        }
        try {
            answers.store(
                    key,
                    claim,
                    new StoredAnswer(
                            answer.getStatus(),
                            answer.getContentType(),
                            answer.getHeader(HttpHeaders.LOCATION),
                            ByteBuffer.wrap(body)));
            return true;
        } catch (DataAccessException e) {
            log.atWarn().setCause(e).log("An answer could not be kept for repetition");
            return false;
        }
    }

    private void forget(RequestKey key, Claim.First claim) {
        try {
            answers.release(key, claim);
        } catch (DataAccessException e) {
            log.atWarn().setCause(e).log("An idempotency key could not be released; it frees itself later");
        }
    }

    private static void replay(StoredAnswer answer, HttpServletResponse response) throws IOException {
        response.setStatus(answer.status());
        response.setHeader(REPLAYED, "true");
        if (answer.contentType() != null) {
            response.setContentType(answer.contentType());
        }
        if (answer.location() != null) {
            response.setHeader(HttpHeaders.LOCATION, answer.location());
        }
        response.setContentLength(answer.body().remaining());
        response.getOutputStream().write(answer.body().array());
        response.flushBuffer();
    }

    private static String keyOf(HttpServletRequest request) {
        String key = request.getHeader(HeaderNames.IDEMPOTENCY_KEY);
        if (!KEY.matcher(key).matches()) {
            String reason = "must be 1 to 255 visible ASCII characters, e.g. a UUID";
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "The Idempotency-Key header is not valid.")
                    .withViolations(List.of(new Violation(HeaderNames.IDEMPOTENCY_KEY, reason)));
        }
        return key;
    }
}
