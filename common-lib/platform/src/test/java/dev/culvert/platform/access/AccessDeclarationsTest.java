package dev.culvert.platform.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.caller.CallerAutoConfiguration;
import dev.culvert.platform.defaults.DefaultsAutoConfiguration;
import dev.culvert.platform.problem.ProblemAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A service whose controllers leave their access open by omission does not start: NF4.2. */
class AccessDeclarationsTest {
    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AccessAutoConfiguration.class,
                    CallerAutoConfiguration.class,
                    DefaultsAutoConfiguration.class,
                    DispatcherServletAutoConfiguration.class,
                    HttpMessageConvertersAutoConfiguration.class,
                    JacksonAutoConfiguration.class,
                    ProblemAutoConfiguration.class,
                    SecurityAutoConfiguration.class,
                    ServletWebSecurityAutoConfiguration.class,
                    WebMvcAutoConfiguration.class));

    @Test
    void startsWhenEveryMethodDeclaresItsAccess() {
        runner.withBean(Declared.class).run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void refusesMethodsThatDeclareNothing() {
        assertStopped(Undeclared.class, "Undeclared#forgotten[0 args] has none");
    }

    @Test
    void refusesContradictions() {
        assertStopped(Contradictory.class, "exactly one of open, signedIn, scope/permission");
    }

    @Test
    void refusesEmptyDeclarations() {
        assertStopped(Empty.class, "exactly one of open, signedIn, scope/permission");
    }

    @Test
    void refusesCallersOnOpenMethods() {
        assertStopped(OpenWithCaller.class, "is open but takes a Caller");
    }

    private void assertStopped(Class<?> controller, String reason) {
        runner.withBean(controller)
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining(reason));
    }

    @RestController
    static class Declared {
        @Access(scope = Scope.TUNNELS_READ)
        @GetMapping("/a")
        String declared(Caller caller) {
            return caller.toString();
        }
    }

    @RestController
    static class Undeclared {
        @GetMapping("/a")
        String forgotten() {
            return "";
        }
    }

    @RestController
    static class Contradictory {
        @Access(open = true, scope = Scope.TUNNELS_READ)
        @GetMapping("/a")
        String both() {
            return "";
        }
    }

    @RestController
    static class Empty {
        @Access
        @GetMapping("/a")
        String neither() {
            return "";
        }
    }

    @RestController
    static class OpenWithCaller {
        @Access(open = true)
        @GetMapping("/a")
        String open(Caller caller) {
            return caller.toString();
        }
    }
}
