package dev.culvert.platform.problem;

import java.time.Clock;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.json.JsonMapper;

/** Answers failures in the common error body. Off with {@code culvert.problem.enabled=false}. */
@AutoConfiguration(
        beforeName = {
            "org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration",
            "org.springframework.boot.webflux.autoconfigure.error.ErrorWebFluxAutoConfiguration"
        },
        afterName = {
            "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
            "dev.culvert.platform.defaults.DefaultsAutoConfiguration"
        })
@ConditionalOnBooleanProperty(name = "culvert.problem.enabled", matchIfMissing = true)
public class ProblemAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    ProblemWriter problemWriter(List<ProblemTranslator> translators, JsonMapper json, Clock clock) {
        return new ProblemWriter(translators, json, clock);
    }

    /** Last: it knows every exception that has a status, others may know better. */
    @Bean
    @Order(1000)
    WebProblemTranslator webProblemTranslator() {
        return new WebProblemTranslator();
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class Servlet {

        @Bean
        @Order(0)
        ServletProblemTranslator servletProblemTranslator() {
            return new ServletProblemTranslator();
        }

        @Bean
        ServletProblems servletProblems(ProblemWriter writer) {
            return new ServletProblems(writer);
        }

        @Bean
        ProblemErrorController problemErrorController(ServletProblems problems) {
            return new ProblemErrorController(problems);
        }

        /** Second in line, behind a service's own {@code @ExceptionHandler} methods. */
        @Bean
        WebMvcConfigurer problemResolution(ServletProblems problems) {
            return new WebMvcConfigurer() {
                @Override
                public void extendHandlerExceptionResolvers(List<HandlerExceptionResolver> resolvers) {
                    resolvers.add(Math.min(1, resolvers.size()), new MvcProblemResolver(problems));
                }
            };
        }

        @Bean
        WebMvcConfigurer methodsOfClosestPatterns(ObjectProvider<RequestMappingHandlerMapping> mappings) {
            var closest = new ClosestPatterns(SingletonSupplier.of(() -> ClosestPatterns.closer(mappings.stream()
                    .flatMap(mapping -> mapping.getHandlerMethods().keySet().stream())
                    .toList())));
            return new WebMvcConfigurer() {
                @Override
                public void addInterceptors(InterceptorRegistry registry) {
                    registry.addInterceptor(closest);
                }
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    static class Reactive {

        @Bean
        WebFluxProblemHandler webFluxProblemHandler(ProblemWriter writer) {
            return new WebFluxProblemHandler(writer);
        }
    }
}
