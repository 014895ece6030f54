"""Django settings. Values that differ between deployments come from the environment (docs/reference/settings.md)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from fondaco.config import addresses, database, environment, keys

PACKAGE = Path(__file__).resolve().parent.parent
HOME = environment.folder("FONDACO_HOME", Path.cwd() / ".fondaco")
DEVELOPMENT = environment.text("FONDACO_ENV", "development") == "development"
DEBUG = environment.flag("FONDACO_DEBUG", default=False)

# ── Addresses ────────────────────────────────────────────────────────────────────────────────────────────────────────
# API_ROOT is the ``root`` link of the wire; partners prefix every call with it. IDENTITY_STYLE says where an account's
# issuer lives: ``path`` → {IDENTITY_URL}/{account}/oauth/…, ``host`` → https://{account}.{identity host}/oauth/….
SITE_URL = environment.text("FONDACO_SITE_URL", "http://127.0.0.1:8000").rstrip("/")
API_ROOT = environment.text("FONDACO_API_ROOT", SITE_URL).rstrip("/")
IDENTITY_URL = environment.text("FONDACO_IDENTITY_URL", SITE_URL).rstrip("/")
IDENTITY_STYLE = environment.choice("FONDACO_IDENTITY_STYLE", addresses.IDENTITY_STYLES)
PLATFORM_NAME = environment.text("FONDACO_PLATFORM_NAME", "Fondaco")
# The platform's own names, as listings are to write them.
PLATFORM_NAMES = environment.words("FONDACO_PLATFORM_NAMES", f"{PLATFORM_NAME},AppConnect")
# A second address of the same API: the checks send one event from there to see that a program follows its links.
API_ROOT_ALIAS = environment.text("FONDACO_API_ROOT_ALIAS", addresses.other_name(API_ROOT) if DEVELOPMENT else "")
# Where the demo's apps have their program; `fondaco up` starts the example partner there.
EXAMPLE_PARTNER_URL = environment.text("FONDACO_EXAMPLE_PARTNER_URL", "http://127.0.0.1:8100").rstrip("/")
SUPPORT_EMAIL = environment.text("FONDACO_SUPPORT_EMAIL", "support@fondaco.example")
ALLOWED_HOSTS = environment.words("FONDACO_ALLOWED_HOSTS", urlsplit(SITE_URL).hostname or "localhost") + (
    ["127.0.0.1", "localhost", "[::1]"] if DEVELOPMENT else []
)
if IDENTITY_STYLE == "host":  # each account's own host
    ALLOWED_HOSTS.append(f".{addresses.host_below(IDENTITY_URL)}")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# ── Secrets ──────────────────────────────────────────────────────────────────────────────────────────────────────────
SECRET_KEY = keys.secret_key(HOME, development=DEVELOPMENT)
MASTER_KEYS = keys.master_keys(HOME, development=DEVELOPMENT)
HASH_KEYS = keys.hash_keys(HOME, development=DEVELOPMENT)

# ── House ────────────────────────────────────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "csp",
    "fondaco.kit",
    "fondaco.audit",
    "fondaco.accounts",
    "fondaco.partners",
    "fondaco.catalog",
    "fondaco.identity",
    "fondaco.installs",
    "fondaco.messaging",
    "fondaco.review",
    "fondaco.support",
    "fondaco.notify",
    "fondaco.surfaces.site",
    "fondaco.surfaces.storefront",
    "fondaco.surfaces.portal",
    "fondaco.surfaces.console",
    "fondaco.surfaces.backoffice",
    "fondaco.surfaces.idp",
    "fondaco.surfaces.api",
    "fondaco.runtime",
]
BEHIND_PROXY = environment.flag("FONDACO_BEHIND_PROXY", default=False)
MIDDLEWARE = [
    "fondaco.surfaces.site.middleware.ProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "fondaco.surfaces.site.timing.TimingMiddleware",
    "csp.middleware.CSPMiddleware",
    "fondaco.surfaces.site.middleware.QueryMiddleware",
    "fondaco.surfaces.idp.hosts.AccountHostMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "fondaco.surfaces.site.middleware.PrivacyMiddleware",
    "fondaco.surfaces.site.middleware.ViewerMiddleware",
    "fondaco.surfaces.site.second_factor.SecondFactorMiddleware",
    "fondaco.surfaces.site.sign_in.BrowserMiddleware",
    "fondaco.surfaces.site.middleware.BoundSessionMiddleware",
    "fondaco.surfaces.site.resuming.KeptFormMiddleware",
    "fondaco.surfaces.site.stale_forms.StaleFormMiddleware",
    "fondaco.surfaces.site.middleware.RefusalMiddleware",
]
ROOT_URLCONF = "fondaco.config.urls"
WSGI_APPLICATION = "fondaco.config.wsgi.application"
WSGI_ROOM = "fondaco.kit.frames.with_room"  # what Django's calls need; the shim's few do not
WSGI_SHIM = "fondaco.surfaces.idp.shim.Shim"  # stands before Django when TOKEN_SHIM is on
TOKEN_SHIM = environment.flag("FONDACO_TOKEN_SHIM", default=True)
TOKENS_PER_SECOND = environment.number("FONDACO_TOKENS_PER_SECOND", 10)  # of one client, in each web process
WIRE_CALLS_PER_SECOND = environment.number("FONDACO_WIRE_CALLS_PER_SECOND", 10)  # of one program, everywhere together
WIRE_BURST = environment.number("FONDACO_WIRE_BURST", 50)  # so many at once, when it was silent before
INTROSPECTIONS_PER_SECOND = environment.number("FONDACO_INTROSPECTIONS_PER_SECOND", 1000)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.Jinja2"  # Django's own widgets in half the time
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,  # each surface keeps its pages in its own ``jinja2`` folder
        "OPTIONS": {
            "environment": "fondaco.surfaces.site.templating.environment",
            "context_processors": ["django.contrib.messages.context_processors.messages"],
        },
    },
    {  # allauth's own pages are DTL; ours shadow every one that a person can reach
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

# ── Storage ──────────────────────────────────────────────────────────────────────────────────────────────────────────
DATABASES = {"default": database.from_environment(HOME)}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "fondaco.surfaces.site.assets.StaticStorage"},
}
CACHES = {
    "default": {  # one for all processes: what allauth counts in it is counted once
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kit_cacheentry",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}
MEDIA_ROOT = HOME / "media"
MEDIA_URL = "/media/"
TEMPLATE_CACHE = environment.folder("FONDACO_TEMPLATE_CACHE", HOME / "templates")
STATIC_URL = "/static/"
STATIC_ROOT = environment.folder("FONDACO_STATIC_ROOT", HOME / "static")
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 60 if DEVELOPMENT else 31_536_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

# ── People ───────────────────────────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["fondaco.surfaces.site.sign_in.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Who joins by a mailed invitation or by a company's sign-in that says email_verified has proven the address by that.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
ACCOUNT_ADAPTER = "fondaco.surfaces.site.sign_in.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "fondaco.surfaces.site.sign_in_forms.SignInForm",
    "change_password": "fondaco.surfaces.site.sign_in_forms.NewPasswordForm",
    "reset_password": "fondaco.surfaces.site.sign_in_forms.ForgottenForm",
    "reset_password_from_key": "fondaco.surfaces.site.sign_in_forms.ForgottenPasswordForm",
}
# Every mail is one of ours (docs/reference/mails.md); the adapter sends none of allauth's own.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_PREVENT_ENUMERATION = True
# allauth's own one also notes the address in a table of its own, where it outlives a change of address.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
# Failed tries are counted by identity.tries; allauth's other limits count in the cache, which all processes share.
# Many people of a company share one address, so sign-ins are limited by failures first and by number only generously.
# A letter for a new password goes to whoever has the address, at the wish of anybody who knows it.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "",
    "login": "120/m/ip",
    "reset_password": "20/m/ip,5/h/key",
    "confirm_email": "5/h/key",
}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# An operator or an owner of a partner who has nothing but a password can do nothing until they have a second factor.
REQUIRE_SECOND_FACTOR = environment.flag("FONDACO_REQUIRE_SECOND_FACTOR", default=True)
MFA_ADAPTER = "fondaco.surfaces.site.second_factor.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "fondaco.surfaces.site.factor_forms.CodeForm",
    "reauthenticate": "fondaco.surfaces.site.factor_forms.ConfirmingCodeForm",
    "activate_totp": "fondaco.surfaces.site.factor_forms.ActivateForm",
    "authenticate_webauthn": "fondaco.surfaces.site.factor_forms.PasskeyCodeForm",
    "reauthenticate_webauthn": "fondaco.surfaces.site.factor_forms.ConfirmingPasskeyForm",
    "login_webauthn": "fondaco.surfaces.site.factor_forms.PasskeySignInForm",
    "add_webauthn": "fondaco.surfaces.site.factor_forms.PasskeyForm",
    "edit_webauthn": "fondaco.surfaces.site.factor_forms.PasskeyNameForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # who is in has proven the address that counts; a second one may wait meanwhile
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # clocks differ, and typing takes time; a code still counts once only
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEVELOPMENT  # http://localhost
# The secret of the demo's people. In development the page that asks for a code shows theirs; elsewhere there is none.
DEMO_TOTP_SECRET = "FONDACODEMOFONDACODEMOFONDACODEM" if DEVELOPMENT else ""
GEOIP_DATABASE = environment.text("FONDACO_GEOIP_DATABASE", "")
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/home"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "fondaco.surfaces.site.stale_forms.csrf_failure"

# ── Language and time ────────────────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# ── Mail ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
DEFAULT_FROM_EMAIL = environment.text("FONDACO_MAIL_FROM", "Fondaco <hello@fondaco.example>")
EMAIL_HOST = environment.text("FONDACO_SMTP_HOST", "")
EMAIL_PORT = environment.number("FONDACO_SMTP_PORT", 25)
EMAIL_HOST_USER = environment.text("FONDACO_SMTP_USER", "")
EMAIL_HOST_PASSWORD = environment.text("FONDACO_SMTP_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("FONDACO_SMTP_TLS", default=False)
EMAIL_TIMEOUT = 10
EMAIL_FILE_PATH = HOME / "mail"
# Without a mail server the development inbox (/inbox) shows what would have been sent.
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.filebased.EmailBackend"
)

# ── Security ─────────────────────────────────────────────────────────────────────────────────────────────────────────
SECURE_SSL_REDIRECT = not DEVELOPMENT
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEVELOPMENT
if not DEVELOPMENT:  # no other host of the same domain can put one of its own there (RFC 6265bis §4.1.3.2)
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_HSTS_SECONDS = 0 if DEVELOPMENT else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEVELOPMENT
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# ── Outbound calls, deadlines, deliveries ────────────────────────────────────────────────────────────────────────────
# In development partner programs run on this machine; nowhere else may a callback point at a private address.
OUTBOUND_ALLOW_LOOPBACK = environment.flag("FONDACO_ALLOW_LOOPBACK", default=DEVELOPMENT)
OUTBOUND_ALLOWED_NETWORKS = environment.words("FONDACO_ALLOWED_NETWORKS")
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
ANSWER_WINDOW = timedelta(days=7)
MESSAGES_PULLED_FOR = timedelta(days=30)  # how far back a partner may ask for what it was sent
TRIAL_LENGTH = timedelta(days=30)
# Licences by rules, and of people who left, are changed together once in this long; unapproved, again after the pause.
AUTO_INSTALL_BATCH = timedelta(minutes=environment.number("FONDACO_AUTO_INSTALL_MINUTES", 5))
AUTO_INSTALL_PAUSE = timedelta(days=1)  # doubles each time
LONGEST_AUTO_INSTALL_PAUSE = timedelta(days=30)
LONGEST_TRIAL_LEFT = timedelta(days=180)  # that an operator may extend a trial to, from today
REVIEW_SAMPLE_EVERY = environment.number("FONDACO_REVIEW_SAMPLE_EVERY", 5)  # of what trusted partners may change
REVIEW_SAMPLES_WAIT = environment.flag("FONDACO_REVIEW_SAMPLES_WAIT", default=False)  # or a person looks afterwards
# Each installation gets new credentials this often (0: never by itself); old ones work on for the overlap (DOMAIN 2.8).
CREDENTIALS_ROTATE_EVERY = timedelta(days=environment.number("FONDACO_CREDENTIALS_ROTATE_DAYS", 180))
CREDENTIALS_OVERLAP = timedelta(days=7)
# After a new secret was made, the one before it goes on signing for this long.
WEBHOOK_SECRET_OVERLAP = timedelta(days=environment.number("FONDACO_WEBHOOK_SECRET_OVERLAP_DAYS", 7))
SIGNING_KEYS_ROTATE_EVERY = timedelta(days=environment.number("FONDACO_SIGNING_KEYS_ROTATE_DAYS", 365))
SIGNATURE_PUBLIC_KEY_FORM = environment.choice("FONDACO_SIGNATURE_PUBLIC_KEY_FORM", ("spki", "raw"))  # DOMAIN 1.6

# ── Reviews ──────────────────────────────────────────────────────────────────────────────────────────────────────────
# Working days within which a submission of each track is to be answered; asking the partner stops the clock.
REVIEW_TARGETS = {
    "technical": environment.number("FONDACO_REVIEW_TECHNICAL_DAYS", 5),
    "listing": environment.number("FONDACO_REVIEW_LISTING_DAYS", 3),
}
# What makes a second reviewer necessary; on one's own machine one person plays all parts.
SECOND_REVIEWER_FOR = environment.words(
    "FONDACO_SECOND_REVIEWER_FOR", "" if DEVELOPMENT else "new_partner,write_scopes"
)
# Answers to mails of reviews and tickets arrive at reply+<token>@this domain, piped into `fondaco mail receive`.
REPLY_DOMAIN = environment.text("FONDACO_REPLY_DOMAIN", urlsplit(SITE_URL).hostname or "localhost")
ACCEPTS_REPLIES = environment.flag("FONDACO_ACCEPT_REPLIES", default=DEVELOPMENT)

# ── Support ─────────────────────────────────────────────────────────────────────────────────────────────────────────
# Hours within which a ticket of each priority is to be answered for the first time.
TICKET_FIRST_ANSWER_HOURS = {
    "urgent": environment.number("FONDACO_TICKET_URGENT_HOURS", 2),
    "high": environment.number("FONDACO_TICKET_HIGH_HOURS", 8),
    "normal": environment.number("FONDACO_TICKET_NORMAL_HOURS", 24),
    "low": environment.number("FONDACO_TICKET_LOW_HOURS", 72),
}
TICKET_CLOSES_AFTER = timedelta(days=environment.number("FONDACO_TICKET_CLOSE_DAYS", 7))  # once it is solved

# ── Logs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname:7} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": environment.text("FONDACO_LOG_LEVEL", "INFO")},
    "loggers": {"procrastinate": {"level": "WARNING"}},
}
