package dev.culvert.platform.caller;

import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.time.Clock;
import java.util.List;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Verification of access tokens and the {@link Caller} parameter. Off with {@code culvert.caller.enabled=false}. */
@AutoConfiguration(afterName = "dev.culvert.platform.defaults.DefaultsAutoConfiguration")
@ConditionalOnClass(DefaultJWTProcessor.class)
@ConditionalOnBooleanProperty(name = "culvert.caller.enabled", matchIfMissing = true)
@EnableConfigurationProperties(CallerProperties.class)
public class CallerAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    CallerTokens callerTokens(CallerProperties properties, Clock clock) {
        return new CallerTokens(properties, clock);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class Servlet {

        @Bean
        WebMvcConfigurer callerParameter() {
            return new WebMvcConfigurer() {
                @Override
                public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                    resolvers.add(new CallerArgumentResolver());
                }
            };
        }
    }
}
