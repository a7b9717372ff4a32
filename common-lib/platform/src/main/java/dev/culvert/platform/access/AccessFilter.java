package dev.culvert.platform.access;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.caller.CallerAuthentication;
import dev.culvert.platform.caller.CallerTokens;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.platform.problem.ServletProblems;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Supplier;
import org.slf4j.MDC;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.web.filter.OncePerRequestFilter;

/** Lets a request through to its handler only with the access the handler declares. */
final class AccessFilter extends OncePerRequestFilter {
    private static final String SCHEME = "Bearer ";

    private final Supplier<AccessRules> rules;
    private final CallerTokens tokens;
    private final FreshSignIn freshSignIn;
    private final ServletProblems problems;
    private final SecurityContextRepository contexts;

    AccessFilter(
            Supplier<AccessRules> rules,
            CallerTokens tokens,
            FreshSignIn freshSignIn,
            ServletProblems problems,
            SecurityContextRepository contexts) {
        this.rules = rules;
        this.tokens = tokens;
        this.freshSignIn = freshSignIn;
        this.problems = problems;
        this.contexts = contexts;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            AccessRule rule = rules.get().of(request);
            if (!(rule instanceof AccessRule.Open)) {
                admit(request, response, rule);
            }
        } catch (Exception refused) {
            problems.write(request, response, refused);
            return;
        }
        chain.doFilter(request, response);
    }

    private void admit(HttpServletRequest request, HttpServletResponse response, AccessRule rule) {
        Caller caller = tokens.verify(token(request));
        rule.check(caller, freshSignIn);
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(new CallerAuthentication(caller));
        SecurityContextHolder.setContext(context);
        contexts.saveContext(context, request, response); // a later asynchronous dispatch finds it there
        // the log context is restored where the correlation of the request ends
        MDC.put("user_id", caller.userId().toString());
        MDC.put("tenant_id", caller.tenantId().toString());
        caller.apiKeyId().ifPresent(id -> MDC.put("api_key_id", id.toString()));
    }

    private static String token(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || header.isBlank()) {
            throw new ProblemException(ProblemCode.AUTH_TOKEN_MISSING, "This needs an access token.");
        }
        if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new ProblemException(
                    ProblemCode.INVALID_AUTH_HEADER,
                    "The Authorization header does not have the form 'Bearer <token>'.");
        }
        return header.substring(SCHEME.length()).strip();
    }
}
