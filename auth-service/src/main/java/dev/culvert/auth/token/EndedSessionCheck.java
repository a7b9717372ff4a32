package dev.culvert.auth.token;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.caller.CurrentCaller;
import dev.culvert.platform.problem.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Refuses access tokens of ended sessions here at once (requirement R2.9). Other services learn of the end by its event
 * or when the token expires; this one has the sessions at hand, and it is the one that makes API keys.
 */
@Component
class EndedSessionCheck implements HandlerInterceptor, WebMvcConfigurer {
    private final Sessions sessions;

    EndedSessionCheck(Sessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this);
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        boolean ended = CurrentCaller.find().filter(sessions::ended).isPresent();
        if (ended) {
            throw new ProblemException(
                    ProblemCode.AUTH_TOKEN_INVALID, "The session of this token has ended; sign in again.");
        }
        return true;
    }
}
