package dev.culvert.tunnel.tunnel;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.correlation.Correlation;
import dev.culvert.platform.problem.ProblemAnswer;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.platform.problem.ProblemWriter;
import dev.culvert.tunnel.access.Standing;
import dev.culvert.tunnel.access.TunnelAccess;
import dev.culvert.tunnel.access.TunnelAction;
import dev.culvert.tunnel.activity.CommandSource;
import dev.culvert.tunnel.tunnel.BatchRequest.BatchOperation;
import dev.culvert.tunnel.tunnel.BatchResponse.BatchResult;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Valid;
import jakarta.validation.Validator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Several operations in one call (requirement P2.13.6). */
@RestController
@RequestMapping({"/api/v1/tunnels", "/api/v2/tunnels"})
@Tag(name = "Tunnels")
class BatchController {
    private static final int OK = 200;
    private static final int CREATED = 201;
    private static final int NO_CONTENT = 204;
    private static final int FIRST_ERROR = 400;

    private final TunnelService service;
    private final TunnelViews views;
    private final TunnelAccess access;
    private final Validator validator;
    private final ProblemWriter problems;

    BatchController(
            TunnelService service,
            TunnelViews views,
            TunnelAccess access,
            Validator validator,
            ProblemWriter problems) {
        this.service = service;
        this.views = views;
        this.access = access;
        this.validator = validator;
        this.problems = problems;
    }

    @PostMapping("/batch")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(
            summary = "Do several operations on tunnels in one call",
            description =
                    "In their order, each in a transaction of its own: one that fails undoes no other, and its result"
                            + " says why. At most 50.")
    @ApiResponse(responseCode = "200", description = "A result for each operation, whether it was done or not")
    BatchResponse batch(@Valid @RequestBody BatchRequest body, Caller caller, HttpServletRequest request) {
        CommandSource source = CommandSource.of(request);
        List<BatchResult> results = new ArrayList<>();
        for (BatchOperation operation : body.operations()) {
            results.add(attempt(operation, caller, source, request.getRequestURI()));
        }
        int failed = (int) results.stream()
                .filter(result -> result.status() >= FIRST_ERROR)
                .count();
        return new BatchResponse(results.size() - failed, failed, results);
    }

    private BatchResult attempt(BatchOperation operation, Caller caller, CommandSource source, String path) {
        try {
            require(operation);
            return run(operation, caller, source);
        } catch (RuntimeException failure) {
            // Answered and logged as it would have been by itself.
            ProblemAnswer answer = problems.answer(failure, path, Correlation.currentOrNew());
            return new BatchResult(answer.status(), null, answer.problem());
        }
    }

    private BatchResult run(BatchOperation operation, Caller caller, CommandSource source) {
        return switch (operation.operation()) {
            case CREATE -> create(bodyOf(operation), caller, source);
            case GET -> on(operation, TunnelAction.VIEW, caller, source, _ -> {});
            case UPDATE -> {
                PatchTunnelRequest changes = bodyOf(operation);
                yield on(
                        operation,
                        TunnelAction.CHANGE,
                        caller,
                        source,
                        id -> service.patch(id, changes, OptionalInt.empty(), caller, source));
            }
            case START -> on(operation, TunnelAction.START, caller, source, id -> service.start(id, caller, source));
            case STOP -> on(operation, TunnelAction.STOP, caller, source, id -> service.stop(id, caller, source));
            case DELETE -> {
                UUID id = idOf(operation);
                access.call(id, caller, TunnelAction.DELETE, source, _ -> {
                    service.delete(id);
                    return id;
                });
                yield new BatchResult(NO_CONTENT, null, null);
            }
        };
    }

    private BatchResult create(PatchTunnelRequest body, Caller caller, CommandSource source) {
        String name = Optional.ofNullable(body.name()).orElseThrow(() -> missing("tunnel.name"));
        Tunnel tunnel =
                service.create(new CreateTunnelRequest(name, body.description(), body.config()), caller, source);
        Standing creator = Standing.ofCreator(tunnel.getId(), tunnel.tenantId(), tunnel.userId(), tunnel.name());
        return new BatchResult(CREATED, views.find(creator).response(), null);
    }

    private BatchResult on(
            BatchOperation operation,
            TunnelAction action,
            Caller caller,
            CommandSource source,
            Consumer<UUID> command) {
        return access.call(idOf(operation), caller, action, source, tunnel -> {
            command.accept(tunnel.tunnelId());
            return new BatchResult(OK, views.find(tunnel).response(), null);
        });
    }

    private void require(BatchOperation operation) {
        Set<ConstraintViolation<BatchOperation>> faults = validator.validate(operation);
        if (!faults.isEmpty()) {
            throw new ConstraintViolationException(faults);
        }
    }

    private PatchTunnelRequest bodyOf(BatchOperation operation) {
        PatchTunnelRequest body = operation.tunnel();
        if (body == null) {
            throw missing("tunnel");
        }
        Set<ConstraintViolation<PatchTunnelRequest>> faults = validator.validate(body);
        if (!faults.isEmpty()) {
            throw new ConstraintViolationException(faults);
        }
        return body;
    }

    private static UUID idOf(BatchOperation operation) {
        return Optional.ofNullable(operation.id()).orElseThrow(() -> missing("id"));
    }

    private static ProblemException missing(String field) {
        return new ProblemException(ProblemCode.VALIDATION_ERROR, "The operation needs " + field + ".")
                .withViolations(List.of(new Violation(field, "is missing")));
    }
}
