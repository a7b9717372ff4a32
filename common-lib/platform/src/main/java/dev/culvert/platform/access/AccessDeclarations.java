package dev.culvert.platform.access;

import dev.culvert.platform.caller.Caller;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Stops the start when a controller method of ours declares no access, or a contradictory one (requirement NF4.2). */
final class AccessDeclarations implements SmartInitializingSingleton {
    private static final String OURS = "dev.culvert.";

    private final List<RequestMappingHandlerMapping> mappings;

    AccessDeclarations(List<RequestMappingHandlerMapping> mappings) {
        this.mappings = List.copyOf(mappings);
    }

    @Override
    public void afterSingletonsInstantiated() {
        List<String> faults = mappings.stream()
                .flatMap(mapping -> mapping.getHandlerMethods().values().stream())
                .filter(AccessDeclarations::isOurs)
                .flatMap(AccessDeclarations::faults)
                .sorted()
                .toList();
        if (!faults.isEmpty()) {
            throw new IllegalStateException("Controller methods without clear @Access: " + String.join("; ", faults));
        }
    }

    private static boolean isOurs(HandlerMethod method) {
        return method.getBeanType().getName().startsWith(OURS)
                && !ErrorController.class.isAssignableFrom(method.getBeanType());
    }

    private static Stream<String> faults(HandlerMethod method) {
        Access access = method.getMethodAnnotation(Access.class);
        if (access == null) {
            return Stream.of(method.getShortLogMessage() + " has none");
        }
        boolean needsRights = access.scope().length + access.permission().length > 0;
        long kinds = Stream.of(access.open(), access.signedIn(), needsRights)
                .filter(stated -> stated)
                .count();
        if (kinds != 1) {
            return Stream.of(
                    method.getShortLogMessage() + " must state exactly one of open, signedIn, scope/permission");
        }
        if (access.open() && access.fresh()) {
            return Stream.of(method.getShortLogMessage() + " is open, so there is no sign-in to be fresh");
        }
        boolean takesCaller = Arrays.stream(method.getMethodParameters())
                .anyMatch(parameter -> parameter.getParameterType() == Caller.class);
        return access.open() && takesCaller
                ? Stream.of(method.getShortLogMessage() + " is open but takes a Caller")
                : Stream.empty();
    }
}
