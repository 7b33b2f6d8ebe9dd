
suppressMessages(library(survey))
people <- read.csv(commandArgs(TRUE)[1])
n <- nrow(people)
margins <- c("(Intercept)" = 1, agejeune = 0.3, agevieux = 0.3, sexHomme = 0.48) * sum(people$w)
own <- svydesign(ids = ~1, weights = ~w, data = people)
designs <- list(own = own, raked = calibrate(own, ~age + sex, margins, calfun = "raking",
                                             epsilon = 1e-12))
models <- list(own = y ~ 1, raked = y ~ age + sex)
student <- qt(0.975, n - 1)
for (name in names(designs)) {
  w <- weights(designs[[name]])
  # the mean of y, and its error by residuals of the regressions that leave each person out
  told <- function(y) {
    fitted <- lm(models[[name]], weights = w, data = transform(people, y = y))
    left <- w * resid(fitted) / (1 - hatvalues(fitted)) / sum(w)
    c(sum(w * y) / sum(w), sqrt(n / (n - 1) * sum((left - mean(left))^2)))
  }
  ends <- function(m, se, most) {
    odds <- qlogis(m / most)
    most * plogis(odds + c(-1, 1) * student * se / (m * (1 - m / most)))
  }
  mean <- told(people$satisfaction)
  share <- told(people$satisfied)
  spread <- sum(w * (people$satisfaction - mean[1])^2) / sum(w) * n / (n - 1)
  cat(name, sprintf("%.15g", c(
    mean[1], ends(mean[1], mean[2], 10), spread / mean[2]^2, 100 * share[1],
    100 * ends(share[1], share[2], 1), n * sum(w^2) / sum(w)^2)), "\n")
}
