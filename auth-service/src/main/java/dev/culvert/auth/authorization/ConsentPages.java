package dev.culvert.auth.authorization;

import static dev.culvert.auth.browser.Page.text;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.application.Application;
import dev.culvert.auth.application.ApplicationScopes;
import dev.culvert.auth.application.Applications;
import dev.culvert.auth.browser.BrowserSession;
import dev.culvert.auth.browser.Browsers;
import dev.culvert.auth.browser.Forms;
import dev.culvert.auth.browser.Page;
import dev.culvert.platform.access.Access;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Asks whoever is signed in whether an application may have what it asks for, and for how long (requirement S3.35). What is
 * shown comes from the stored request, never from the address of the page.
 */
@RestController
@Hidden
class ConsentPages {
    private static final OAuth2TokenType STATE = new OAuth2TokenType(OAuth2ParameterNames.STATE);
    private static final String REFUSE = Endpoints.CONSENT + "/refuse";

    private final AuthorizationStore authorizations;
    private final Applications applications;
    private final Accounts accounts;
    private final Browsers browsers;
    private final AuthorizationAnswers answers;
    private final SystemWork work;

    ConsentPages(
            AuthorizationStore authorizations,
            Applications applications,
            Accounts accounts,
            Browsers browsers,
            AuthorizationAnswers answers,
            SystemWork work) {
        this.authorizations = authorizations;
        this.applications = applications;
        this.accounts = accounts;
        this.browsers = browsers;
        this.answers = answers;
        this.work = work;
    }

    /** A question that waits for the one who looks at the page. */
    private record Question(
            Application application,
            Account person,
            Set<String> scopes,
            Optional<OAuth2AuthorizationRequest> request) {}

    @Access(open = true)
    @GetMapping(Endpoints.CONSENT)
    ResponseEntity<String> ask(
            @RequestParam(defaultValue = "") String state,
            @RequestParam(name = OAuth2ParameterNames.USER_CODE, defaultValue = "") String userCode,
            HttpServletRequest request) {
        return question(state)
                .map(question -> page(question, state, userCode, request).answer(HttpStatus.OK))
                .orElseGet(() -> gone().answer(HttpStatus.BAD_REQUEST));
    }

    @Access(open = true)
    @PostMapping(path = REFUSE, consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
    void refuse(@RequestParam(defaultValue = "") String state, HttpServletResponse response) throws IOException {
        Optional<OAuth2AuthorizationRequest> asked = question(state).flatMap(Question::request);
        if (asked.isEmpty()) {
            gone().write(response, HttpStatus.BAD_REQUEST);
            return;
        }
        authorizations.remove(Objects.requireNonNull(authorizations.findByToken(state, STATE)));
        OAuth2Error refused = new OAuth2Error(OAuth2ErrorCodes.ACCESS_DENIED, "The request was refused.", null);
        answers.sendError(
                response,
                Objects.requireNonNull(asked.get().getRedirectUri()),
                asked.get().getState(),
                refused);
    }

    private Optional<Question> question(String state) {
        Optional<BrowserSession> browser = browsers.current();
        OAuth2Authorization authorization = state.isEmpty() ? null : authorizations.findByToken(state, STATE);
        if (browser.isEmpty()
                || authorization == null
                || !authorization
                        .getPrincipalName()
                        .equals(browser.get().accountId().toString())) {
            return Optional.empty();
        }
        OAuth2AuthorizationRequest request = authorization.getAttribute(OAuth2AuthorizationRequest.class.getName());
        Set<String> scopes = request == null
                ? Objects.requireNonNull(authorization.<Set<String>>getAttribute(OAuth2ParameterNames.SCOPE))
                : request.getScopes();
        UUID applicationId = UUID.fromString(authorization.getRegisteredClientId());
        return work.call(() -> applications
                .find(applicationId)
                .flatMap(application -> accounts.find(browser.get().accountId())
                        .map(person -> new Question(
                                application, person, new TreeSet<>(scopes), Optional.ofNullable(request)))));
    }

    private static Page page(Question question, String state, String userCode, HttpServletRequest request) {
        String scopes = question.scopes().stream()
                .map(scope -> "<li>" + text(ApplicationScopes.meaning(scope)) + "</li>")
                .collect(Collectors.joining("\n"));
        boolean device = question.request().isEmpty();
        String content = """
                <p>You are signed in as <strong>%s</strong> (<a href="%s">sign out</a>). <strong>%s</strong> wants to:</p>
                <ul>
                %s
                </ul>
                <p class="note">%s It may go on doing so until you take it back in your account, at most as long as one sign-in lasts.</p>
                <form method="post" action="%s">
                %s
                <button type="submit">Allow</button>
                </form>
                <form method="post" action="%s">
                %s
                <button type="submit">Refuse</button>
                </form>
                """.formatted(
                        text(question.person().username()),
                        Endpoints.LOGOUT,
                        text(question.application().name()),
                        scopes,
                        text(destination(question)),
                        device ? Endpoints.DEVICE : Endpoints.AUTHORIZE,
                        answer(question, state, userCode, request),
                        device ? DevicePages.REFUSE : REFUSE,
                        Forms.hidden("state", state) + Forms.proof(request));
        return Page.of("Allow access?", content)
                .leadingTo(question.application().redirectUris());
    }

    private static String answer(Question question, String state, String userCode, HttpServletRequest request) {
        StringBuilder fields = new StringBuilder(Forms.hidden("state", state))
                .append(Forms.hidden(
                        OAuth2ParameterNames.CLIENT_ID,
                        question.application().id().toString()))
                .append(Forms.proof(request));
        question.scopes().forEach(scope -> fields.append(Forms.hidden(OAuth2ParameterNames.SCOPE, scope)));
        if (!userCode.isEmpty()) {
            fields.append(Forms.hidden(OAuth2ParameterNames.USER_CODE, userCode));
        }
        return fields.toString();
    }

    /** Where the answer goes: what a look-alike cannot fake is its address. */
    private static String destination(Question question) {
        return question.request()
                .map(OAuth2AuthorizationRequest::getRedirectUri)
                .map(URI::create)
                .map(uri -> uri.getHost() == null ? uri.getScheme() + ":" : uri.getHost())
                .map(target -> "The answer goes to " + target + ".")
                .orElse("Allow only what you started yourself, on a device in front of you.");
    }

    private static Page gone() {
        return Page.saying(
                "This question is no longer open", "It was answered or is too old. Go back and start again.");
    }
}
