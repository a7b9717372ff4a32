package dev.culvert.platform.correlation;

import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Correlation ids on every request. Off with {@code culvert.correlation.enabled=false}. */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "culvert.correlation.enabled", matchIfMissing = true)
public class CorrelationAutoConfiguration {
    /** Just inside the span of the request, so that everything logged from here on carries both ids. */
    private static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 5;

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class Servlet {

        @Bean
        FilterRegistrationBean<CorrelationFilter> correlationFilter() {
            var registration = new FilterRegistrationBean<>(new CorrelationFilter());
            registration.setOrder(ORDER);
            registration.setDispatcherTypes(EnumSet.allOf(DispatcherType.class));
            return registration;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    static class Reactive {

        @Bean
        @Order(ORDER)
        CorrelationWebFilter correlationWebFilter() {
            return new CorrelationWebFilter();
        }
    }
}
