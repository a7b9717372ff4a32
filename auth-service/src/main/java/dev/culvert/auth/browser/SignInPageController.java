package dev.culvert.auth.browser;

import static dev.culvert.auth.browser.Page.text;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.application.Application;
import dev.culvert.auth.application.Applications;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.auth.secondfactor.SecondFactorSignIn;
import dev.culvert.auth.signin.SecondFactorRequired;
import dev.culvert.auth.signin.SignInService;
import dev.culvert.auth.token.Origin;
import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The sign-in page of the authorization server: a plain form, checked as every sign-in is (requirement S3.34). */
@RestController
@Hidden
class SignInPageController {
    static final String PATH = "/oauth/sign-in";
    private static final String CODE_PATH = PATH + "/code";
    private static final String REASON = "a client id is looked up before anybody is signed in";

    private final SignInService signIn;
    private final SecondFactorSignIn secondFactor;
    private final BrowserSessions sessions;
    private final BrowserCookie cookie;
    private final Applications applications;
    private final Outbox outbox;
    private final TransactionOperations transactions;

    SignInPageController(
            SignInService signIn,
            SecondFactorSignIn secondFactor,
            BrowserSessions sessions,
            BrowserCookie cookie,
            Applications applications,
            Outbox outbox,
            TransactionOperations transactions) {
        this.signIn = signIn;
        this.secondFactor = secondFactor;
        this.sessions = sessions;
        this.cookie = cookie;
        this.applications = applications;
        this.outbox = outbox;
        this.transactions = transactions;
    }

    @Access(open = true)
    @GetMapping(PATH)
    ResponseEntity<String> show(
            @RequestParam(name = "continue", defaultValue = "") String path, HttpServletRequest request) {
        return Continuation.parse(path)
                .map(next -> form(next, "", Optional.empty(), request).answer(HttpStatus.OK))
                .orElseGet(SignInPageController::nowhere);
    }

    @Access(open = true)
    @PostMapping(path = PATH, consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
    ResponseEntity<String> signIn(
            @RequestParam(name = "continue", defaultValue = "") String path,
            @RequestParam(defaultValue = "") String username,
            @RequestParam(defaultValue = "") String password,
            HttpServletRequest request) {
        Optional<Continuation> next = Continuation.parse(path);
        if (next.isEmpty()) {
            return nowhere();
        }
        Origin origin = Origin.of(request);
        try {
            OpaqueToken token = signIn.signIn(username, password, origin, account -> begin(account, origin));
            return goOn(next.get(), token, request);
        } catch (SecondFactorRequired required) {
            return required.challenge().enrolment()
                    ? withoutApp()
                    : codeForm(next.get(), required.challenge().value(), Optional.empty(), request)
                            .answer(HttpStatus.OK);
        } catch (ProblemException refusal) {
            return form(next.get(), username, Optional.of(refusal.detail()), request)
                    .answer(HttpStatusCode.valueOf(refusal.code().status()));
        }
    }

    @Access(open = true)
    @PostMapping(path = CODE_PATH, consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
    ResponseEntity<String> signInWithCode(
            @RequestParam(name = "continue", defaultValue = "") String path,
            @RequestParam(defaultValue = "") String challenge,
            @RequestParam(defaultValue = "") String code,
            HttpServletRequest request) {
        Optional<Continuation> next = Continuation.parse(path);
        if (next.isEmpty()) {
            return nowhere();
        }
        Origin origin = Origin.of(request);
        try {
            OpaqueToken token = secondFactor
                    .complete(challenge, code, origin, (account, _) -> begin(account, origin))
                    .begun();
            return goOn(next.get(), token, request);
        } catch (ProblemException refusal) {
            return codeForm(next.get(), challenge, Optional.of(refusal.detail()), request)
                    .answer(HttpStatusCode.valueOf(refusal.code().status()));
        }
    }

    private ResponseEntity<String> goOn(Continuation next, OpaqueToken token, HttpServletRequest request) {
        cookie.read(request).ifPresent(sessions::end); // the session before, if any, is replaced and not reused
        return ResponseEntity.status(HttpStatus.SEE_OTHER)
                .header(HttpHeaders.LOCATION, next.path())
                .header(HttpHeaders.SET_COOKIE, cookie.carrying(token).toString())
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    private OpaqueToken begin(Account account, Origin origin) {
        BrowserSessions.Begun begun = sessions.begin(account, origin);
        outbox.append(
                account.tenantId(),
                new AuthEvent.SignedIn(account.id(), begun.id(), origin.clientAddress(), origin.userAgent()));
        return begun.token();
    }

    private Page form(Continuation next, String username, Optional<String> fault, HttpServletRequest request) {
        Optional<Application> application = next.clientId().flatMap(this::application);
        String content = """
                %s
                %s
                <form method="post" action="%s">
                %s
                %s
                <label for="username">User name or e-mail address</label>
                <input type="text" id="username" name="username" value="%s" autocomplete="username" autocapitalize="none" required autofocus>
                <label for="password">Password</label>
                <input type="password" id="password" name="password" autocomplete="current-password" required>
                <button type="submit">Sign in</button>
                </form>
                """.formatted(
                        application
                                .map(app -> "<p>to go on to <strong>" + text(app.name()) + "</strong></p>")
                                .orElse(""),
                        alert(fault),
                        PATH,
                        Forms.proof(request),
                        Forms.hidden("continue", next.path()),
                        text(username));
        return Page.of("Sign in", content)
                .leadingTo(application.map(Application::redirectUris).orElse(List.of()));
    }

    private Page codeForm(Continuation next, String challenge, Optional<String> fault, HttpServletRequest request) {
        String content = """
                %s
                <form method="post" action="%s">
                %s
                %s
                %s
                <label for="code">Code of your authenticator app, or a recovery code</label>
                <input type="text" id="code" name="code" autocomplete="one-time-code" autocapitalize="none" required autofocus>
                <button type="submit">Sign in</button>
                </form>
                """.formatted(
                        alert(fault),
                        CODE_PATH,
                        Forms.proof(request),
                        Forms.hidden("continue", next.path()),
                        Forms.hidden("challenge", challenge));
        return Page.of("One more step", content)
                .leadingTo(next.clientId()
                        .flatMap(this::application)
                        .map(Application::redirectUris)
                        .orElse(List.of()));
    }

    private static String alert(Optional<String> fault) {
        return fault.map(detail -> "<p class=\"alert\" role=\"alert\">" + text(detail) + "</p>")
                .orElse("");
    }

    private static ResponseEntity<String> withoutApp() {
        return Page.saying(
                        "An authenticator app is needed",
                        "Your account needs a second factor. Sign in to Culvert itself to set up an authenticator app, then start again.")
                .answer(HttpStatus.FORBIDDEN);
    }

    private Optional<Application> application(UUID clientId) {
        return TenantScope.callAsSystem(REASON, () -> transactions.execute(_ -> applications.find(clientId)));
    }

    private static ResponseEntity<String> nowhere() {
        return Page.saying("Nothing to sign in to", "Go back to the application you came from and start there again.")
                .answer(HttpStatus.BAD_REQUEST);
    }
}
