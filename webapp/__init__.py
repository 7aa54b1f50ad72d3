"""Nära mig: one citizen app for Nära vård in Norrbotten."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask


def create_app(env: Mapping[str, str] | None = None) -> Flask:
    """The app for these settings (the environment's, if none are given); raises settings.UnsafeSettings."""
    from webapp import commands, health, permissions
    from webapp.accounts import keeping, session, tidying
    from webapp.accounts.oidc import routes as oidc
    from webapp.broadcasts import domain as broadcasts
    from webapp.channels import routes as channels
    from webapp.channels import tidying as forgetting
    from webapp.contacts import naming
    from webapp.core import access, daily, db, i18n, limits, logs, security
    from webapp.core.website import Website
    from webapp.directory import numbers
    from webapp.more import deeds
    from webapp.pages import failing, frame, templates
    from webapp.pages import routes as pages
    from webapp.plans.starters import showing
    from webapp.reminders import keys
    from webapp.settings import Settings
    from webapp.sharing import closing, coming_of_age, ending, marks, ties
    from webapp.work_list import marks as marks_by_lines

    settings = Settings.read(env)
    app = Website(__name__, static_folder=None)
    app.config.update(SETTINGS=settings, SECRET_KEY=settings.secret_key)
    app.jinja_environment = templates.Environment
    app.jinja_env.globals["url_for"] = templates.address
    app.jinja_env.globals["addresses"] = templates.addresses
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    db.init_app(app, settings.database_url, settings.keys)
    logs.init_app(app)
    session.init_app(app)  # before security: what is refused is said in the reader's language
    security.init_app(app, settings.hosts)
    limits.init_app(app, settings.secret_key)
    keeping.init_app(app)
    i18n.init_app(app, session.chosen_language)
    access.init_app(app, permissions.TABLE, ties.find, deeds.OF_PRESS)
    closing.init_app(app)
    app.extensions["naramig.urgent"] = numbers.urgent
    app.extensions["naramig.feedback"] = failing.keep_feedback
    marks.init_app(app)
    showing.init_app(app)
    keys.init_app(app, settings)
    channels.init_app(app, settings.secret_key)
    oidc.init_app(app, settings)
    pages.init_app(app)
    failing.init_app(app)
    frame.init_app(app)
    _register_features(app)
    app.register_blueprint(health.bp)
    daily.add(app, "birthdays", coming_of_age.tell_of_birthdays)
    daily.add(app, "ended sign-ins", tidying.tidy)
    daily.add(app, "addresses of no use", forgetting.tidy)
    daily.add(app, "consents that end", ending.tell_of_ending)
    daily.add(app, "contacts of care that ended", naming.end_where_service_ended)
    daily.add(app, "drafts of broadcasts", broadcasts.tidy_drafts)
    daily.add(app, "marks by the work list", marks_by_lines.drop_old)
    commands.init_app(app)
    return app


def _register_features(app: Flask) -> None:
    from webapp.accounts import device_routes, paper_routes, passkey_routes, staying_routes
    from webapp.accounts import routes as accounts
    from webapp.accounts.oidc import routes as oidc
    from webapp.broadcasts import incident_routes, recall_routes, template_routes
    from webapp.broadcasts import routes as broadcasts
    from webapp.channels import routes as channels
    from webapp.contacts import routes as contacts
    from webapp.directory import routes as directory
    from webapp.interchange import routes as interchange
    from webapp.meetings import feed_routes
    from webapp.meetings import routes as meetings
    from webapp.meetings import staff_routes as meeting_calls
    from webapp.more import routes as more
    from webapp.patient_contract import routes as patient_contract
    from webapp.plans import (
        agreement_routes,
        ended_routes,
        ending_routes,
        goal_routes,
        outcome_routes,
        row_routes,
        taking_part_routes,
    )
    from webapp.plans import paper_routes as plan_on_paper
    from webapp.plans import routes as plans
    from webapp.reminders import answer_routes, break_routes, history_routes, phone_routes, telling_routes
    from webapp.reminders import paper_routes as reminders_on_paper
    from webapp.reminders import routes as reminders
    from webapp.sharing import invitation_routes as invitations
    from webapp.sharing import relative_routes as sharing  # and routes, which it adds to
    from webapp.sharing import unit_routes
    from webapp.staff import (
        admin_routes,
        care_routes,
        contact_routes,
        custody_routes,
        deaths_routes,
        directory_routes,
        joining_routes,
        number_routes,
        plan_routes,
        protection_routes,
        sip_routes,
    )
    from webapp.staff import routes as staff
    from webapp.today import routes as today
    from webapp.what_matters import routes as what_matters
    from webapp.work_list import routes as work_list
    from webapp.worse import routes as worse

    for feature in (
        accounts,
        device_routes,
        passkey_routes,
        paper_routes,
        staying_routes,
        oidc,
        directory,
        today,
        what_matters,
        plans,
        plan_on_paper,
        interchange,
        outcome_routes,
        row_routes,
        goal_routes,
        agreement_routes,
        ending_routes,
        taking_part_routes,
        ended_routes,
        meetings,
        meeting_calls,
        feed_routes,
        patient_contract,
        contacts,
        worse,
        reminders,
        answer_routes,
        phone_routes,
        channels,
        history_routes,
        reminders_on_paper,
        break_routes,
        telling_routes,
        sharing,
        unit_routes,
        invitations,
        more,
        work_list,
        staff,
        care_routes,
        contact_routes,
        sip_routes,
        joining_routes,
        plan_routes,
        custody_routes,
        deaths_routes,
        protection_routes,
        number_routes,
        admin_routes,
        directory_routes,
        broadcasts,
        recall_routes,
        template_routes,
        incident_routes,
    ):
        app.register_blueprint(feature.bp)
    if app.config["SETTINGS"].invented_people:
        from webapp.demo import routes as demo

        app.register_blueprint(demo.bp)
