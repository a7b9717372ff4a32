package dev.culvert.platform.openapi;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.paging.PageLimit;
import dev.culvert.platform.paging.PageRequest;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.parameters.QueryParameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.GlobalOperationCustomizer;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;

/** Describes of each operation what its declarations already say: access, paging, and the failures every one can meet. */
final class OperationDescription implements GlobalOperationCustomizer {
    private static final String ACCESS = "x-culvert-access";
    private static final String PAGE = "text/html";

    @Override
    public Operation customize(Operation operation, HandlerMethod method) {
        Access access = method.getMethodAnnotation(Access.class);
        boolean closed = false;
        if (access != null && !access.open()) {
            closed = true;
            describeAccess(operation, access);
            declare(operation, false, access.scope(), access.permission(), access.fresh());
        } else {
            operation.security(List.of());
            declare(operation, true, new String[0], new Permission[0], false);
        }
        Arrays.stream(method.getMethodParameters())
                .filter(parameter -> parameter.getParameterType() == PageRequest.class)
                .forEach(parameter -> describePaging(operation, parameter));
        describeFailures(operation, closed, changesSomething(method));
        return operation;
    }

    private static void describeAccess(Operation operation, Access access) {
        List<String> scopes = List.of(access.scope());
        operation
                .addSecurityItem(new SecurityRequirement().addList(CommonDescription.BEARER, scopes))
                .addSecurityItem(new SecurityRequirement().addList(CommonDescription.API_KEY, scopes));
        List<String> permissions =
                Arrays.stream(access.permission()).map(Permission::wireName).toList();
        Stream<String> fresh = access.fresh() ? Stream.of("a sign-in of the last minutes") : Stream.empty();
        List<String> needed = Stream.of(scopes.stream(), permissions.stream(), fresh)
                .flatMap(names -> names)
                .toList();
        if (!needed.isEmpty()) {
            String before = operation.getDescription() == null ? "" : operation.getDescription() + "\n\n";
            operation.description(before + "Needs: " + String.join(", ", needed) + ".");
        }
    }

    /** The same for programs: the test that walks all endpoints holds the suite to it. */
    private static void declare(
            Operation operation, boolean open, String[] scopes, Permission[] permissions, boolean fresh) {
        List<String> names =
                Arrays.stream(permissions).map(Permission::wireName).toList();
        operation.addExtension(ACCESS, new DeclaredAccess(open, List.of(scopes), names, fresh));
    }

    private record DeclaredAccess(boolean open, List<String> scopes, List<String> permissions, boolean fresh) {}

    private static void describePaging(Operation operation, MethodParameter parameter) {
        PageLimit declared = parameter.getParameterAnnotation(PageLimit.class);
        int max = declared == null ? PageRequest.MAX_LIMIT : declared.value();
        int usual = Math.min(max, declared == null ? PageRequest.DEFAULT_LIMIT : declared.byDefault());
        addQuery(
                operation,
                "limit",
                "Most items to answer.",
                number(1)._default(usual).maximum(BigDecimal.valueOf(max)));
        addQuery(
                operation,
                "offset",
                "Items to leave out before the first; not together with page.",
                number(0)._default(0));
        addQuery(operation, "page", "Number of the page, counted from 1; not together with offset.", number(1));
    }

    private static Schema<Number> number(int min) {
        Schema<Number> schema = new IntegerSchema();
        schema.minimum(BigDecimal.valueOf(min));
        return schema;
    }

    private static void addQuery(Operation operation, String name, String description, Schema<?> schema) {
        Parameter parameter = new QueryParameter()
                .name(name)
                .description(description)
                .required(false)
                .schema(schema);
        operation.addParametersItem(parameter);
    }

    private static boolean changesSomething(HandlerMethod method) {
        RequestMapping mapping = AnnotatedElementUtils.findMergedAnnotation(method.getMethod(), RequestMapping.class);
        return mapping != null && !List.of(mapping.method()).contains(RequestMethod.GET);
    }

    private static void describeFailures(Operation operation, boolean closed, boolean changes) {
        ApiResponses responses = Objects.requireNonNullElseGet(operation.getResponses(), ApiResponses::new);
        // A failure that a method declares has the common body too; else its own type would stand there.
        responses.forEach((status, declared) -> {
            if (declared.get$ref() == null && (status.startsWith("4") || status.startsWith("5"))) {
                declared.content(withPage(declared.getContent()));
            }
        });
        boolean body = operation.getRequestBody() != null;
        boolean hasInput = body || operation.getParameters() != null;
        CommonDescription.FAILURES.keySet().stream()
                .filter(status -> applies(status, closed, hasInput, body, changes))
                .sorted()
                .forEach(status -> responses.computeIfAbsent(
                        status,
                        _ -> new ApiResponse().$ref("#/components/responses/" + CommonDescription.name(status))));
        operation.responses(responses);
    }

    /** The common body, beside the page for browsers that a method declares. */
    private static Content withPage(@Nullable Content declared) {
        Content content = CommonDescription.problem();
        if (declared != null && declared.containsKey(PAGE)) {
            content.addMediaType(PAGE, declared.get(PAGE));
        }
        return content;
    }

    private static boolean applies(String status, boolean closed, boolean hasInput, boolean body, boolean changes) {
        return switch (status) {
            case "401", "403" -> closed || body; // a body can hold credentials
            case "400" -> hasInput || closed; // an Authorization header of another form is a 400 too
            case "409" -> changes;
            case "413", "415", "422" -> body;
            default -> true;
        };
    }
}
