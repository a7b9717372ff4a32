package dev.culvert.platform.body;

import dev.culvert.platform.problem.ServletProblems;
import jakarta.validation.Validator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.http.converter.autoconfigure.ServerHttpMessageConvertersCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import tools.jackson.databind.json.JsonMapper;

/** Strict and bounded request bodies of servlet services. Off with {@code culvert.body.enabled=false}. */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
            "org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration",
            "dev.culvert.platform.problem.ProblemAutoConfiguration"
        })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBooleanProperty(name = "culvert.body.enabled", matchIfMissing = true)
@EnableConfigurationProperties(BodyProperties.class)
public class BodyAutoConfiguration {

    @Bean
    ServerHttpMessageConvertersCustomizer strictJson(JsonMapper json, Validator validator) {
        return converters -> converters.withJsonConverter(new StrictJsonConverter(json, validator));
    }

    @Bean
    FilterRegistrationBean<BodyLimitFilter> bodyLimitFilter(BodyProperties properties, ServletProblems problems) {
        var registration = new FilterRegistrationBean<>(new BodyLimitFilter(properties.maxSize(), problems));
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 20);
        return registration;
    }
}
