package dev.culvert.auth.token;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Where somebody is signed in, and how to end that (requirement R2.7a). */
@RestController
@Tag(name = "authentication")
class SessionController {
    private final SessionOverview sessions;

    SessionController(SessionOverview sessions) {
        this.sessions = sessions;
    }

    record SessionResponse(
            UUID id,

            @Schema(description = "the session of the token this was asked with")
            boolean current,

            Instant createdAt,

            @Schema(description = "when its tokens were renewed last")
            Instant lastActivityAt,

            @Schema(description = "when it ends unless it is renewed before")
            Instant expiresAt,

            @Schema(example = "203.0.113.7") String ipAddress,
            @Schema(example = "Mozilla/5.0") String userAgent) {

        static SessionResponse of(Session session, Optional<UUID> current) {
            return new SessionResponse(
                    session.id(),
                    current.filter(session.id()::equals).isPresent(),
                    session.createdAt(),
                    session.lastUsedAt(),
                    session.end(),
                    session.clientAddress(),
                    session.userAgent());
        }
    }

    record RevokeSessionRequest(
            @NotNull(message = "is required") UUID sessionId) {}

    record EndedResponse(
            @Schema(description = "how many sessions ended") int ended) {}

    @Access(scope = Scope.PROFILE_READ)
    @GetMapping("/api/v1/auth/sessions")
    @Operation(summary = "My sessions", description = "Those that still run, the one used last first.")
    List<SessionResponse> list(Caller caller) {
        return answer(sessions.of(caller.userId()), caller);
    }

    @Access(scope = Scope.PROFILE_READ)
    @GetMapping("/api/v1/auth/sessions/current")
    @Operation(summary = "This session", description = "404 NOT_FOUND for a token that belongs to no session.")
    SessionResponse current(Caller caller) {
        return current(caller.sessionId().map(UUID::fromString).orElseThrow(SessionController::unknown), caller);
    }

    @Access(scope = Scope.ACCOUNT_MANAGE, fresh = true)
    @DeleteMapping("/api/v1/auth/sessions/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "End one of my sessions", description = "Its tokens stop working within a second.")
    @ApiResponse(responseCode = "204", description = "The session has ended.")
    void end(@PathVariable UUID id, Caller caller) {
        sessions.end(caller.userId(), id, EndReason.REVOKED);
    }

    @Access(scope = Scope.ACCOUNT_MANAGE, fresh = true)
    @PostMapping("/api/v1/auth/session/revoke")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "End one of my sessions, its id in the body")
    @ApiResponse(responseCode = "204", description = "The session has ended.")
    void revoke(@Valid @RequestBody RevokeSessionRequest request, Caller caller) {
        sessions.end(caller.userId(), request.sessionId(), EndReason.REVOKED);
    }

    @Access(scope = Scope.ACCOUNT_MANAGE, fresh = true)
    @DeleteMapping("/api/v1/auth/sessions")
    @Operation(summary = "End all my sessions")
    EndedResponse endAll(
            @Parameter(description = "leave the present one alone") @RequestParam(defaultValue = "false")
                    boolean keepCurrent,
            Caller caller) {
        Optional<UUID> kept = caller.sessionId().map(UUID::fromString).filter(_ -> keepCurrent);
        return new EndedResponse(sessions.endAll(caller.userId(), kept.orElse(null), EndReason.REVOKED));
    }

    @Access(permission = Permission.VIEW_SESSIONS)
    @GetMapping("/api/v1/auth/users/{userId}/sessions")
    @Operation(summary = "Sessions of a user", description = "For administrators.")
    List<SessionResponse> listOf(@PathVariable UUID userId, Caller caller) {
        return answer(sessions.ofAnybody(userId), caller);
    }

    @Access(permission = Permission.TERMINATE_SESSIONS)
    @DeleteMapping("/api/v1/auth/users/{userId}/sessions/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "End a session of a user", description = "For administrators.")
    @ApiResponse(responseCode = "204", description = "The session has ended.")
    void endOf(@PathVariable UUID userId, @PathVariable UUID id) {
        sessions.endOfAnybody(userId, id);
    }

    @Access(permission = Permission.TERMINATE_SESSIONS)
    @DeleteMapping("/api/v1/auth/users/{userId}/sessions")
    @Operation(summary = "End all sessions of a user", description = "For administrators.")
    EndedResponse endAllOf(@PathVariable UUID userId) {
        return new EndedResponse(sessions.endAllOfAnybody(userId));
    }

    private SessionResponse current(UUID id, Caller caller) {
        return answer(sessions.of(caller.userId()), caller).stream()
                .filter(session -> session.id().equals(id))
                .findFirst()
                .orElseThrow(SessionController::unknown);
    }

    private static List<SessionResponse> answer(List<Session> sessions, Caller caller) {
        Optional<UUID> current = caller.sessionId().map(UUID::fromString);
        return sessions.stream()
                .map(session -> SessionResponse.of(session, current))
                .toList();
    }

    private static ProblemException unknown() {
        return new ProblemException(ProblemCode.NOT_FOUND, "This token belongs to no session.");
    }
}
