package dev.culvert.platform.problem;

import dev.culvert.contracts.problem.ProblemCode;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.springframework.web.bind.MissingPathVariableException;
import org.springframework.web.bind.MissingRequestCookieException;
import org.springframework.web.bind.MissingRequestHeaderException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.context.request.async.AsyncRequestTimeoutException;
import org.springframework.web.multipart.MultipartException;
import org.springframework.web.multipart.support.MissingServletRequestPartException;

/** What exceptions of MVC alone mean to a caller. */
final class ServletProblemTranslator implements ProblemTranslator {

    @Override
    public Optional<ProblemException> translate(Throwable failure) {
        return Optional.ofNullable(
                switch (failure) {
                    case MissingServletRequestParameterException e ->
                        WebProblemTranslator.missing(e.getParameterName());
                    case MissingServletRequestPartException e -> WebProblemTranslator.missing(e.getRequestPartName());
                    case MissingRequestHeaderException e -> WebProblemTranslator.missing(e.getHeaderName());
                    case MissingRequestCookieException e -> WebProblemTranslator.missing(e.getCookieName());
                    case MissingPathVariableException e -> WebProblemTranslator.missing(e.getVariableName());
                    case MultipartException _ ->
                        new ProblemException(ProblemCode.VALIDATION_ERROR, "The multipart body cannot be taken apart.");
                    case InvalidParameterException e
                    when e.getErrorCode() == HttpServletResponse.SC_BAD_REQUEST ->
                        new ProblemException(
                                ProblemCode.VALIDATION_ERROR,
                                "The query or the form cannot be taken apart into names and values.");
                    case AsyncRequestTimeoutException _ ->
                        new ProblemException(ProblemCode.REQUEST_TIMEOUT, "The answer was not ready in time.");
                    default -> null;
                });
    }
}
