/* Degrees to metres and back: transverse Mercator on the WGS 84 ellipsoid, centred on the map, true scale on its central
 * meridian (Krueger's series to n^4; Karney, J. Geodesy 85, 2011). Over a district's 20 km the scale errs by at most 5 in a million. */
#include "engine/enclose/enclose_map_internal.h"

static const double pi = 3.14159265358979323846;
static const double axis = 6378137.0, flattening = 1 / 298.257223563;

static double third_flattening(void)
{
    return flattening / (2 - flattening);
}

static double rectifying_radius(void)
{
    double n = third_flattening();
    return axis / (1 + n) * (1 + n * n / 4 + n * n * n * n / 64);
}

/* Krueger's coefficients, Karney's equations 35 and 36. */
static void forward_series(double a[4])
{
    double n = third_flattening(), n2 = n * n, n3 = n2 * n, n4 = n3 * n;
    a[0] = n / 2 - 2 * n2 / 3 + 5 * n3 / 16 + 41 * n4 / 180;
    a[1] = 13 * n2 / 48 - 3 * n3 / 5 + 557 * n4 / 1440;
    a[2] = 61 * n3 / 240 - 103 * n4 / 140;
    a[3] = 49561 * n4 / 161280;
}

static void inverse_series(double b[4])
{
    double n = third_flattening(), n2 = n * n, n3 = n2 * n, n4 = n3 * n;
    b[0] = n / 2 - 2 * n2 / 3 + 37 * n3 / 96 - n4 / 360;
    b[1] = n2 / 48 + n3 / 15 - 437 * n4 / 1440;
    b[2] = 17 * n3 / 480 - 37 * n4 / 840;
    b[3] = 4397 * n4 / 161280;
}

static struct enc_xy raw_project(double lon_from_origin, double lat)
{
    double e = sqrt(flattening * (2 - flattening)), a[4];
    double phi = lat * pi / 180, lambda = lon_from_origin * pi / 180, s = sin(phi);
    double tau = sinh(atanh(s) - e * atanh(e * s));
    double xi = atan2(tau, cos(lambda)), eta = asinh(sin(lambda) / hypot(tau, cos(lambda)));
    struct enc_xy out = {eta, xi};
    forward_series(a);
    for (int j = 1; j <= 4; j++) {
        out.y += a[j - 1] * sin(2 * j * xi) * cosh(2 * j * eta);
        out.x += a[j - 1] * cos(2 * j * xi) * sinh(2 * j * eta);
    }
    return (struct enc_xy){out.x * rectifying_radius(), out.y * rectifying_radius()};
}

struct enc_projection enc_projection(double lon0, double lat0)
{
    return (struct enc_projection){lon0, lat0, raw_project(0, lat0).y};
}

/* A town on the 180th meridian hangs together. */
double enc_lon_east(double lon, double from)
{
    return remainder(lon - from, 360);
}

struct enc_xy enc_project(const struct enc_projection *pr, double lon, double lat)
{
    struct enc_xy at = raw_project(enc_lon_east(lon, pr->lon0), lat);
    at.y -= pr->north0;
    return at;
}

struct enclose_point enc_unproject(const struct enc_projection *pr, struct enc_xy at)
{
    double e = sqrt(flattening * (2 - flattening)), b[4];
    double xi = (at.y + pr->north0) / rectifying_radius(), eta = at.x / rectifying_radius();
    double x = xi, y = eta;
    inverse_series(b);
    for (int j = 1; j <= 4; j++) {
        x -= b[j - 1] * sin(2 * j * xi) * cosh(2 * j * eta);
        y -= b[j - 1] * cos(2 * j * xi) * sinh(2 * j * eta);
    }
    double tau = sin(x) / hypot(sinh(y), cos(x)), t = tau; /* conformal, then geographic by Newton's steps */
    for (int i = 0; i < 5; i++) {
        double sigma = sinh(e * atanh(e * t / hypot(1, t)));
        double now = t * hypot(1, sigma) - sigma * hypot(1, t);
        double slope = (1 - e * e) * hypot(1, now) * hypot(1, t) / (1 + (1 - e * e) * t * t);
        t += (tau - now) / slope;
    }
    double lon = pr->lon0 + atan2(sinh(y), cos(x)) * 180 / pi;
    if (lon > 180) lon -= 360;
    if (lon < -180) lon += 360;
    return (struct enclose_point){lon, atan(t) * 180 / pi};
}

/* The shift that Chinese map services add ("Mars coordinates"), as published by the open converters. */
static struct enclose_point gcj02_shift(double lon, double lat)
{
    double x = lon - 105, y = lat - 35;
    double waves = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3;
    double north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x)) + waves;
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3 + (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3;
    double east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x)) + waves;
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3 + (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3;
    const double a = 6378245.0, ee = 0.00669342162296594323;
    double rad = lat / 180 * pi, magic = 1 - ee * sin(rad) * sin(rad);
    return (struct enclose_point){east * 180 / (a / sqrt(magic) * cos(rad) * pi),
                                  north * 180 / (a * (1 - ee) / (magic * sqrt(magic)) * pi)};
}

struct enclose_point enc_from_gcj02(struct enclose_point at)
{
    if (at.lon < 72.004 || at.lon > 137.8347 || at.lat < 0.8293 || at.lat > 55.8271) return at;
    struct enclose_point guess = at;
    for (int i = 0; i < 6; i++) { /* the shift varies slowly: each step gains three digits or more */
        struct enclose_point shift = gcj02_shift(guess.lon, guess.lat);
        guess = (struct enclose_point){at.lon - shift.lon, at.lat - shift.lat};
    }
    return guess;
}
