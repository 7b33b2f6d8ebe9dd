# Values of R's package survey on the samples of a folder: see test_against_r.py, which writes them.
# In: cases.csv, and of each case its sample and, where it is calibrated, its margins. Out: r.csv.
if (!all(sapply(c("survey", "MASS"), requireNamespace, quietly = TRUE))) quit(status = 3)
suppressMessages(library(survey))
folder <- commandArgs(TRUE)[1]
read <- function(name, ...) read.csv(file.path(folder, name), na.strings = "", ...)
cases <- read("cases.csv", colClasses = "character")
found <- list()

put <- function(statistic, part, values) {
  name <- if (is.null(names(values))) seq_along(values) else names(values)
  found[[length(found) + 1]] <<- data.frame(
    case = case$case, statistic, part, name, value = sprintf("%.17g", unlist(values)))
}
formula_of <- function(names) if (all(is.na(names))) NULL else reformulate(names)

# a sample as it was drawn, then calibrated
drawn <- function(case) {
  svydesign(ids = if (is.na(case$clusters)) ~1 else formula_of(case$clusters),
            strata = formula_of(case$strata), weights = formula_of(case$weights),
            data = read(paste0(case$case, ".csv")))
}
calibrated <- function(design, case) {
  if (is.na(case$calibration)) return(design)
  told <- read(paste0(case$case, "_margins.csv"))
  margins <- split(told, factor(told$margin, unique(told$margin)))
  if (case$calibration == "rake") {
    tables <- lapply(names(margins), function(name)
      setNames(margins[[name]][c("category", "target")], c(name, "Freq")))
    return(rake(design, lapply(names(margins), reformulate), tables,
                control = list(maxit = 1000, epsilon = 1e-13)))
  }
  totals <- c("(Intercept)" = sum(margins[[1]]$target))
  for (name in names(margins)) {
    of <- margins[[name]]
    totals[paste0(name, of$category[-1])] <- of$target[-1]
  }
  calibrate(design, reformulate(names(margins)), totals, calfun = "raking", epsilon = 1e-11)
}

interval <- function(x, df) {
  ends <- confint(x, df = df)
  c(estimate = as.vector(coef(x)), se = as.vector(SE(x)), ci_low = ends[1], ci_high = ends[2])
}
wilson <- function(share, size) {
  z <- qnorm(0.975)
  centre <- (share + z^2 / (2 * size)) / (1 + z^2 / size)
  half <- z * sqrt(share * (1 - share) / size + z^2 / (4 * size^2)) / (1 + z^2 / size)
  c(ci_low = centre - half, ci_high = centre + half)
}
proportion <- function(part, design) {
  p <- svyciprop(~yes, design, method = "xlogit", na.rm = TRUE)
  put("share logit", part, c(estimate = as.vector(p), se = as.vector(SE(p)),
                             ci_low = confint(p)[1], ci_high = confint(p)[2]))
  # n of the domain's known answers, which svyciprop takes of all rows
  n <- sum(!is.na(design$variables$yes) & weights(design) > 0)
  few <- (qt(0.975, n - 1) / qt(0.975, degf(design)))^2
  size <- as.vector(p) * (1 - as.vector(p)) / as.vector(vcov(p)) * few
  put("share wilson", part, wilson(as.vector(p), size))
}
regression <- function(part, design) {
  fit <- svyglm(y ~ x + answer + group, design)
  table <- cbind(summary(fit)$coefficients, confint(fit))
  for (i in seq_len(nrow(table)))
    put("regression", part, setNames(c(table[i, ], fit$df.residual), paste(
      rownames(table)[i], c("estimate", "se", "t", "p", "ci_low", "ci_high", "df"))))
}
describe <- function(part, design) {
  df <- degf(design)
  put("mean", part, c(interval(svymean(~y, design, na.rm = TRUE), df), df = df))
  effect <- deff(svymean(~y, design, na.rm = TRUE, deff = "replace"))
  put("mean", part, c(deff = as.vector(effect)))
  proportion(part, design)
  for (p in c(0.2, 0.5, 0.75)) {
    q <- svyquantile(~y, design, p, na.rm = TRUE, qrule = "math", interval.type = "mean")$y
    put("quantiles", part, setNames(q, paste(p, c("estimate", "ci_low", "ci_high", "se"))))
  }
  test <- svyttest(y ~ group, design)
  put("difference", part, c(
    estimate = test$estimate[[1]], t = test$statistic[[1]], df = test$parameter[[1]],
    p = test$p.value[[1]], ci_low = test$conf.int[1], ci_high = test$conf.int[2]))
  # the degrees of freedom of the domain, for which svychisq takes those of all rows
  test <- svychisq(~answer + group, design, statistic = "F")
  ddf <- test$parameter[[1]] * df
  put("independence", part, c(f = test$statistic[[1]], ndf = test$parameter[[1]], ddf = ddf,
                              p = pf(test$statistic[[1]], test$parameter[[1]], ddf, lower = FALSE)))
  regression(part, design)
}

for (i in seq_len(nrow(cases))) {
  case <- cases[i, ]
  design <- calibrated(drawn(case), case)
  if (!is.na(case$calibration)) put("weights", "all", weights(design))
  # as far as rounding of weights at the bounds themselves, which come as 1 / (1 / weight)
  bounds <- quantile(weights(design), c(0.03, 0.9), names = FALSE) * c(0.99, 1.01)
  put("bounds", "all", bounds)
  put("trimmed weights", "all",
      weights(trimWeights(design, lower = bounds[1], upper = bounds[2], strict = TRUE)))
  if (case$calibration %in% "rake") next # its errors are others than those of calibrate
  describe("all", design)
  for (name in unique(na.omit(design$variables$domain)))
    describe(name, subset(design, domain == name))
}
write.csv(do.call(rbind, found), file.path(folder, "r.csv"), row.names = FALSE)
