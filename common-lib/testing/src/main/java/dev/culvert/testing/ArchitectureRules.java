package dev.culvert.testing;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.core.ApplicationModules;

/** The rules of the code style that a machine can check. */
public final class ArchitectureRules {
    private static final String[] DRAWERS = Stream.of(
                    "util",
                    "utils",
                    "impl",
                    "helper",
                    "helpers",
                    "manager",
                    "managers",
                    "common",
                    "misc",
                    "base",
                    "config",
                    "configuration",
                    "controller",
                    "controllers",
                    "dto",
                    "entity",
                    "entities",
                    "service",
                    "services",
                    "repository",
                    "repositories",
                    "exception",
                    "exceptions")
            .map(name -> ".." + name + "..")
            .toArray(String[]::new);

    private static final String[] OPEN_TO_SERVICES = {
        "dev.culvert.contracts..", "dev.culvert.platform..", "dev.culvert.data..", "dev.culvert.tunnelprotocol.."
    };

    private ArchitectureRules() {}

    /** Checks a service: its features as Spring Modulith sees them, and every rule below. */
    public static void verify(Class<?> application) {
        ApplicationModules.of(application).verify();
        String basePackage = application.getPackageName();
        JavaClasses classes = mainClassesOf(basePackage);
        verify(basePackage, classes, OPEN_TO_SERVICES);
        GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(classes);
    }

    /**
     * Checks a module that is no service.
     *
     * @param basePackage e.g. {@code dev.culvert.data}
     * @param allowed packages of other modules it may know, e.g. {@code dev.culvert.platform..}
     */
    public static void verifyLibrary(String basePackage, String... allowed) {
        verify(basePackage, mainClassesOf(basePackage), allowed);
    }

    private static void verify(String basePackage, JavaClasses classes, String... allowed) {
        noForeignModules(basePackage, classes, allowed);
        noCycles(basePackage, classes);
        noDrawers(classes);
        noFieldInjection(classes);
        noDefaultLocale(classes);
        everyPackageIsNullMarked(classes);
    }

    private static void noForeignModules(String basePackage, JavaClasses classes, String... allowed) {
        DescribedPredicate<JavaClass> foreign = resideInAPackage("dev.culvert..")
                .and(DescribedPredicate.not(resideInAPackage(basePackage + "..")))
                .and(DescribedPredicate.not(resideInAnyPackage(allowed)));
        noClasses()
                .should(dependOnClassesThat(foreign))
                .because("modules meet through common-lib, HTTP and Kafka, never in each other's code")
                .check(classes);
    }

    private static void noCycles(String basePackage, JavaClasses classes) {
        slices().matching(basePackage + ".(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(classes);
    }

    private static void noDrawers(JavaClasses classes) {
        noClasses()
                .should()
                .resideInAnyPackage(DRAWERS)
                .because("a package is a word of users or operators, not a layer or a drawer")
                .check(classes);
    }

    private static void noFieldInjection(JavaClasses classes) {
        noFields()
                .should()
                .beAnnotatedWith("org.springframework.beans.factory.annotation.Autowired")
                .orShould()
                .beAnnotatedWith("org.springframework.beans.factory.annotation.Value")
                .orShould()
                .beAnnotatedWith("jakarta.inject.Inject")
                .orShould()
                .beAnnotatedWith("jakarta.annotation.Resource")
                .because("constructors inject")
                .allowEmptyShould(true)
                .check(classes);
    }

    private static void noDefaultLocale(JavaClasses classes) {
        noClasses()
                .should()
                .callMethod(String.class, "toLowerCase")
                .orShould()
                .callMethod(String.class, "toUpperCase")
                .because("the machine's locale must not change a wire name: pass Locale.ROOT")
                .check(classes);
    }

    private static void everyPackageIsNullMarked(JavaClasses classes) {
        classes()
                .that()
                .areTopLevelClasses()
                .should(new ArchCondition<>("be in a package with a @NullMarked package-info") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        boolean marked = type.getPackage()
                                .tryGetPackageInfo()
                                .filter(info -> info.isAnnotatedWith(NullMarked.class))
                                .isPresent();
                        if (!marked) {
                            events.add(SimpleConditionEvent.violated(
                                    type, type.getPackageName() + " has no @NullMarked package-info.java"));
                        }
                    }
                })
                .check(classes);
    }

    private static JavaClasses mainClassesOf(String basePackage) {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("__"))
                .importPackages(basePackage);
    }
}
