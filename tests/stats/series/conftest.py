"""Monthly counts of known season, working-day effect, noise, change of level and odd month."""

import numpy as np
import pandas as pd

from observlib.base.working_days import length_deviation, working_day_deviation

SEASON = np.log([1.10, 1.00, 1.06, 1.02, 0.98, 0.94, 0.86, 0.78, 1.12, 1.10, 1.04, 1.00])
GROWTH = 0.04  # a year
WORKING_DAY = 0.016


# Car drivers killed or seriously injured in Great Britain, by month from January 1969. Two levels
# changed: with the fuel crisis, and with the law that made seat belts compulsory. Source: A. C.
# Harvey and J. Durbin, *Journal of the Royal Statistical Society* A 149 (1986), 187–227.
FUEL, BELTS = "1973-11", "1983-02"
KILLED_OR_INJURED = (
    1687, 1508, 1507, 1385, 1632, 1511, 1559, 1630, 1579, 1653, 2152, 2148, 1752, 1765, 1717, 1558,
    1575, 1520, 1805, 1800, 1719, 2008, 2242, 2478, 2030, 1655, 1693, 1623, 1805, 1746, 1795, 1926,
    1619, 1992, 2233, 2192, 2080, 1768, 1835, 1569, 1976, 1853, 1965, 1689, 1778, 1976, 2397, 2654,
    2097, 1963, 1677, 1941, 2003, 1813, 2012, 1912, 2084, 2080, 2118, 2150, 1608, 1503, 1548, 1382,
    1731, 1798, 1779, 1887, 2004, 2077, 2092, 2051, 1577, 1356, 1652, 1382, 1519, 1421, 1442, 1543,
    1656, 1561, 1905, 2199, 1473, 1655, 1407, 1395, 1530, 1309, 1526, 1327, 1627, 1748, 1958, 2274,
    1648, 1401, 1411, 1403, 1394, 1520, 1528, 1643, 1515, 1685, 2000, 2215, 1956, 1462, 1563, 1459,
    1446, 1622, 1657, 1638, 1643, 1683, 2050, 2262, 1813, 1445, 1762, 1461, 1556, 1431, 1427, 1554,
    1645, 1653, 2016, 2207, 1665, 1361, 1506, 1360, 1453, 1522, 1460, 1552, 1548, 1827, 1737, 1941,
    1474, 1458, 1542, 1404, 1522, 1385, 1641, 1510, 1681, 1938, 1868, 1726, 1456, 1445, 1456, 1365,
    1487, 1558, 1488, 1684, 1594, 1850, 1998, 2079, 1494, 1057, 1218, 1168, 1236, 1076, 1174, 1139,
    1427, 1487, 1483, 1513, 1357, 1165, 1282, 1110, 1297, 1185, 1222, 1284, 1444, 1575, 1737, 1763,
)  # fmt: skip


def months(first: int, n: int) -> list[str]:
    """So many months, from January of a year."""
    return [f"{first + i // 12}-{i % 12 + 1:02d}" for i in range(n)]


def drivers() -> pd.Series:
    return pd.Series(KILLED_OR_INJURED, months(1969, len(KILLED_OR_INJURED)), dtype=float)


def noise(seed: int, n: int, correlation: float) -> np.ndarray:
    source = np.random.default_rng(seed)
    drawn = source.normal(size=n)
    for i in range(1, n):
        drawn[i] = correlation * drawn[i - 1] + np.sqrt(1 - correlation**2) * drawn[i]
    return drawn


def synthetic(
    seed: int,
    n: int = 45,
    sd: float = 0.03,
    correlation: float = 0.0,
    change: tuple[int, float] | None = None,
    odd: tuple[int, float] | None = None,
) -> pd.Series:
    """Counts from January 2023; `change` and `odd` are a position and a size (−0.2 for −20 %)."""
    dates = months(2023, n)
    logs = np.log(1e5) + GROWTH * np.arange(n) / 12 + SEASON[np.arange(n) % 12]
    logs += sd * noise(seed, n, correlation)
    logs += [WORKING_DAY * working_day_deviation(m) + length_deviation(m) for m in dates]
    if change is not None:
        logs[change[0] :] += np.log1p(change[1])
    if odd is not None:
        logs[odd[0]] += np.log1p(odd[1])
    return pd.Series(np.round(np.exp(logs)), dates)
