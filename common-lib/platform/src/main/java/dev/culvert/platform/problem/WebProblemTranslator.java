package dev.culvert.platform.problem;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.beans.TypeMismatchException;
import org.springframework.context.MessageSourceResolvable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.validation.Errors;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;
import org.springframework.validation.method.ParameterErrors;
import org.springframework.validation.method.ParameterValidationResult;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.server.MissingRequestValueException;

/** What the exceptions that MVC and WebFlux share mean to a caller. Every refused field is named (requirement R1.3). */
final class WebProblemTranslator implements ProblemTranslator {
    private static final String INVALID = "The request has values that cannot be accepted.";

    @Override
    public Optional<ProblemException> translate(Throwable failure) {
        return Optional.ofNullable(
                switch (failure) {
                    case HandlerMethodValidationException e -> ofParameters(e);
                    case Errors e -> invalid(e.getAllErrors().stream().map(WebProblemTranslator::violation));
                    case ConstraintViolationException e ->
                        invalid(e.getConstraintViolations().stream().map(WebProblemTranslator::violation));
                    case HttpMessageNotReadableException _ -> malformedBody();
                    case TypeMismatchException e -> invalid(Stream.of(violation(e)));
                    case MissingRequestValueException e -> missing(e.getName());
                    case ErrorResponse e -> ofStatus(e.getStatusCode().value(), e.getHeaders());
                    default -> null;
                });
    }

    /** The answer to a status that arrived without anything else known about it. */
    static ProblemException ofStatus(int status) {
        return ofStatus(status, HttpHeaders.EMPTY);
    }

    static ProblemException missing(String name) {
        return invalid(Stream.of(new Violation(name, "is required")));
    }

    static ProblemException malformedBody() {
        return new ProblemException(
                        ProblemCode.MALFORMED_BODY, "The body is missing or is not well-formed for its Content-Type.")
                .withAlias(ProblemCode.VALIDATION_ERROR.name());
    }

    private static ProblemException invalid(Stream<Violation> violations) {
        return new ProblemException(ProblemCode.VALIDATION_ERROR, INVALID).withViolations(violations.toList());
    }

    private static ProblemException ofParameters(HandlerMethodValidationException e) {
        if (e.isForReturnValue()) {
            return new ProblemException(
                    ProblemCode.INTERNAL_ERROR, "The answer was not valid; this is a fault of ours.", e);
        }
        return invalid(e.getParameterValidationResults().stream()
                .flatMap(result -> result instanceof ParameterErrors bean
                        ? bean.getAllErrors().stream().map(WebProblemTranslator::violation)
                        : result.getResolvableErrors().stream().map(error -> violation(result, error))));
    }

    private static Violation violation(ParameterValidationResult result, MessageSourceResolvable error) {
        return new Violation(
                nameOf(result.getMethodParameter()),
                Objects.requireNonNullElse(error.getDefaultMessage(), "is not valid"));
    }

    private static Violation violation(ObjectError error) {
        String field = error instanceof FieldError e ? e.getField() : error.getObjectName();
        boolean unreadable =
                error.shouldRenderDefaultMessage() && error instanceof FieldError e && e.isBindingFailure();
        String reason = unreadable ? "has the wrong type" : error.getDefaultMessage();
        return new Violation(field, Objects.requireNonNullElse(reason, "is not valid"));
    }

    private static Violation violation(ConstraintViolation<?> violation) {
        return new Violation(violation.getPropertyPath().toString(), violation.getMessage());
    }

    private static Violation violation(TypeMismatchException e) {
        Class<?> required = e.getRequiredType();
        String name = Objects.requireNonNullElse(e.getPropertyName(), "value");
        return new Violation(
                name, required == null ? "has the wrong type" : "is not a valid " + required.getSimpleName());
    }

    private static String nameOf(MethodParameter parameter) {
        return Stream.of(
                        name(parameter.getParameterAnnotation(RequestParam.class)),
                        name(parameter.getParameterAnnotation(PathVariable.class)),
                        name(parameter.getParameterAnnotation(RequestHeader.class)),
                        Optional.ofNullable(parameter.getParameterName()))
                .flatMap(Optional::stream)
                .filter(name -> !name.isEmpty())
                .findFirst()
                .orElse("value");
    }

    private static Optional<String> name(
            java.lang.annotation.@org.jspecify.annotations.Nullable Annotation annotation) {
        return switch (annotation) {
            case RequestParam a -> Optional.of(a.name());
            case PathVariable a -> Optional.of(a.name());
            case RequestHeader a -> Optional.of(a.name());
            case null, default -> Optional.empty();
        };
    }

    private static ProblemException ofStatus(int status, HttpHeaders headers) {
        ProblemException problem = switch (status) {
            case 401 -> new ProblemException(ProblemCode.AUTH_TOKEN_INVALID, "The credentials were not accepted.");
            case 403 -> new ProblemException(ProblemCode.FORBIDDEN, "You are not allowed to do this.");
            case 404 -> new ProblemException(ProblemCode.NOT_FOUND, "There is nothing at this address.");
            case 405 ->
                new ProblemException(ProblemCode.METHOD_NOT_ALLOWED, "The address exists, but not with this method.");
            case 406 -> new ProblemException(ProblemCode.NOT_ACCEPTABLE, "Answers here are JSON.");
            case 408 -> new ProblemException(ProblemCode.REQUEST_TIMEOUT_CLIENT, "The request did not arrive in time.");
            case 409 -> new ProblemException(ProblemCode.CONFLICT_STATE, "The present state does not allow this.");
            case 413 -> new ProblemException(ProblemCode.PAYLOAD_TOO_LARGE, "The body is larger than allowed.");
            case 414 -> new ProblemException(ProblemCode.URI_TOO_LONG, "The request line is longer than allowed.");
            case 415 ->
                new ProblemException(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "The body has a type that is not read here.");
            case 429 -> new ProblemException(ProblemCode.RATE_LIMIT_EXCEEDED, "Too many requests were sent.");
            case 431 -> new ProblemException(ProblemCode.HEADERS_TOO_LARGE, "The headers are larger than allowed.");
            case 502 -> new ProblemException(ProblemCode.UPSTREAM_ERROR, "The service behind gave no valid answer.");
            case 503 -> new ProblemException(ProblemCode.SERVICE_UNAVAILABLE, "The service cannot answer right now.");
            case 504 -> new ProblemException(ProblemCode.REQUEST_TIMEOUT, "The service did not answer in time.");
            default ->
                status < 500
                        ? new ProblemException(ProblemCode.VALIDATION_ERROR, INVALID)
                        : new ProblemException(
                                ProblemCode.INTERNAL_ERROR, "The request failed through a fault of ours.");
        };
        for (String name : headers.headerNames()) {
            problem = problem.withHeader(name, String.join(", ", headers.getOrEmpty(name)));
        }
        return problem;
    }
}
