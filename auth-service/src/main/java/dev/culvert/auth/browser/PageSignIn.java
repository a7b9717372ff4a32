package dev.culvert.auth.browser;

import static dev.culvert.auth.browser.Page.text;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.application.Application;
import dev.culvert.auth.application.Applications;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.auth.signin.SecondFactorRequired;
import dev.culvert.auth.token.Origin;
import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.data.tenant.TenantScope;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** How signing in on a page goes on once somebody has proven who they are, whichever way: by a code, or with a session. */
@Component
public class PageSignIn {
    static final String CODE_PATH = "/oauth/sign-in/code";
    private static final String REASON = "a client id is looked up before anybody is signed in";

    private final BrowserSessions sessions;
    private final BrowserCookie cookie;
    private final Applications applications;
    private final Outbox outbox;
    private final TransactionOperations transactions;

    PageSignIn(
            BrowserSessions sessions,
            BrowserCookie cookie,
            Applications applications,
            Outbox outbox,
            TransactionOperations transactions) {
        this.sessions = sessions;
        this.cookie = cookie;
        this.applications = applications;
        this.outbox = outbox;
        this.transactions = transactions;
    }

    /** A sign-in that begins a session for whoever it lets in. */
    public interface SignIn {
        /** Given what begins the session; runs it in the system scope, in the transaction that records the attempt. */
        OpaqueToken signIn(Function<Account, OpaqueToken> session);
    }

    /** Signs in and sends the browser on, or asks for the code that is missing. What the sign-in throws else goes through. */
    public ResponseEntity<String> complete(Continuation next, HttpServletRequest request, SignIn signIn) {
        Origin origin = Origin.of(request);
        try {
            return goOn(next, signIn.signIn(account -> begin(account, origin)), request);
        } catch (SecondFactorRequired required) {
            return required.challenge().enrolment()
                    ? withoutApp()
                    : codeForm(next, required.challenge().value(), Optional.empty(), request)
                            .answer(HttpStatus.OK);
        }
    }

    Page codeForm(Continuation next, String challenge, Optional<String> fault, HttpServletRequest request) {
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
                .leadingTo(application(next).map(Application::redirectUris).orElse(List.of()));
    }

    /** The application the browser comes from. */
    Optional<Application> application(Continuation next) {
        return next.clientId().flatMap(this::find);
    }

    static String alert(Optional<String> fault) {
        return fault.map(detail -> "<p class=\"alert\" role=\"alert\">" + text(detail) + "</p>")
                .orElse("");
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

    private static ResponseEntity<String> withoutApp() {
        return Page.saying(
                        "An authenticator app is needed",
                        "Your account needs a second factor. Sign in to Culvert itself to set up an authenticator app, then start again.")
                .answer(HttpStatus.FORBIDDEN);
    }

    private Optional<Application> find(UUID clientId) {
        return TenantScope.callAsSystem(REASON, () -> transactions.execute(_ -> applications.find(clientId)));
    }
}
